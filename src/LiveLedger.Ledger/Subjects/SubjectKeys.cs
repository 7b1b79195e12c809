using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Ledger.Subjects;

/// <summary>
/// The keys of persons, in files outside PostgreSQL, so that neither its WAL nor its backups keep one: whoever destroys a file here has
/// erased that person everywhere. A folder for each scope; in it <c>names/{keyed hash of the person's name}</c> holds a random id, and
/// <c>keys/{id}</c> the key, both wrapped by the key-encryption key. Ledger, tables and queues know the id, never the name or its hash.
/// </summary>
public sealed class SubjectKeys
{
    /// <summary>Longest name of a person in characters.</summary>
    public const int MaxNameLength = 256;

    private const int IdLength = 16;

    private readonly string _folder;
    private readonly KeyEncryptionKey _kek;
    private readonly Action<SubjectStep> _reached;
    private readonly FileErasure _erasure;
    private readonly byte[] _index = GC.AllocateArray<byte>(32, pinned: true);

    /// <summary>Opens the store, or makes it.</summary>
    /// <param name="folder">Its folder (0700); made if need be. Keep it out of the backups that erasure must not survive in.</param>
    /// <param name="kek">The key-encryption key, which lives as long as this.</param>
    /// <exception cref="KeyFileException">The key-encryption key does not open it, or disk says no.</exception>
    public SubjectKeys(string folder, KeyEncryptionKey kek) : this(folder, kek, static _ => { })
    {
    }

    /// <summary>As above; <paramref name="reached"/> is told each step, and a fault test fails there.</summary>
    internal SubjectKeys(string folder, KeyEncryptionKey kek, Action<SubjectStep> reached)
    {
        (_folder, _kek, _reached) = (folder, kek, reached);
        _erasure = new(Path.Combine(folder, "erased"), reached);
        MakeFolder(folder);
        MakeFolder(ScopeFolder);
        MakeFolder(_erasure.Folder);
        WrappedSecretFile.ReadOrCreate(Path.Combine(folder, "index.key"), "subjects/index", kek, _index);
        using var held = Hold();
        _erasure.Finish();
    }

    /// <summary>The key of a person, made now if there is none. On disk before it returns. The caller disposes it.</summary>
    /// <exception cref="KeyFileException">Disk says no.</exception>
    public SubjectKey FindOrCreate(string scope, string name)
    {
        if (Find(scope, name) is { } known)
        {
            return known;
        }

        using var held = Hold();
        if (Look(scope, name) is { } found)
        {
            // Another request for the same person was faster.
            return found;
        }

        Prepare(scope, name);
        var id = MakeKeys(scope, 1)[0];
        MakeNames(scope, [(name, id)]);
        return Look(scope, id) ?? throw new KeyFileException(KeyFile(scope, id), "it went away while it was made");
    }

    /// <summary>
    /// Makes keys for those of many persons who have none, on disk before it returns: the disk takes them together.
    /// Others who make or erase keys wait meanwhile, so let them be some hundreds at a time.
    /// </summary>
    /// <exception cref="KeyFileException">Disk says no. Those made are good.</exception>
    public void CreateMissing(string scope, IEnumerable<string> names)
    {
        var missing = names.Distinct(StringComparer.Ordinal).Where(name => !Has(() => Find(scope, name))).ToArray();
        if (missing.Length == 0)
        {
            return;
        }

        using var held = Hold();
        missing = [.. missing.Where(name => !Has(() => Look(scope, name)))];
        foreach (var name in missing)
        {
            Prepare(scope, name);
        }

        MakeNames(scope, [.. missing.Zip(MakeKeys(scope, missing.Length))]);
    }

    private static bool Has(Func<SubjectKey?> look)
    {
        using var key = look();
        return key is not null;
    }

    private void Prepare(string scope, string name)
    {
        // A name without a key: an erasure was cut off here. What was stored under its id is erased, so the name goes and the person
        // begins anew.
        _erasure.Remove(NameFile(scope, name));
        MakeFolder(Path.Combine(ScopeFolder, scope));
        MakeFolder(Path.Combine(ScopeFolder, scope, "names"));
        MakeFolder(Path.Combine(ScopeFolder, scope, "keys"));
    }

    // Before the names: a crash between leaves keys that nobody finds and nothing was sealed by.
    private SubjectId[] MakeKeys(string scope, int count)
    {
        var ids = Enumerable.Range(0, count).Select(static _ => new SubjectId(new Guid(RandomNumberGenerator.GetBytes(IdLength)))).ToArray();
        var keys = ids.Select(static _ => GC.AllocateUninitializedArray<byte>(SubjectKey.Length, pinned: true)).ToArray();
        try
        {
            Array.ForEach(keys, static key => RandomNumberGenerator.Fill(key));
            Made(WrappedSecretFile.PutAll([.. ids.Zip(keys, (id, key) => (KeyFile(scope, id), KeyContext(id), key))], _kek), count);
        }
        finally
        {
            Array.ForEach(keys, static key => CryptographicOperations.ZeroMemory(key));
        }

        _reached(SubjectStep.KeyStored);
        return ids;
    }

    private void MakeNames(string scope, IReadOnlyList<(string Name, SubjectId Id)> persons)
    {
        Made(WrappedSecretFile.PutAll([.. persons.Select(p => (NameFile(scope, p.Name), NameContext(scope), p.Id.Value.ToByteArray()))], _kek), persons.Count);
        _reached(SubjectStep.NameStored);
    }

    private void Made(int made, int wanted)
    {
        if (made != wanted)
        {
            throw new KeyFileException(_folder, "somebody else writes here without taking the lock");
        }
    }

    /// <summary>The key of a person, or null if there is none. The caller disposes it.</summary>
    public SubjectKey? Find(string scope, string name) => Settled(() => Look(scope, name));

    /// <summary>The key with this id, or null if it was erased. The caller disposes it.</summary>
    public SubjectKey? Find(string scope, SubjectId id) => Settled(() => Look(scope, id));

    /// <summary>True as long as the key with this id is not erased. One look at a folder: for who remembers what a key gave and must forget it with the key.</summary>
    public bool Exists(string scope, SubjectId id) => File.Exists(KeyFile(scope, id));

    // Readers take no lock, so one may have opened a file that an erasure then filled with zeros, and the person may have begun anew under
    // the same path since. What does not open is therefore read once more while nobody writes: only then is it damaged.
    private SubjectKey? Settled(Func<SubjectKey?> look)
    {
        try
        {
            return look();
        }
        catch (KeyFileException)
        {
            using var held = Hold();
            return look();
        }
    }

    private SubjectKey? Look(string scope, string name)
    {
        Span<byte> id = stackalloc byte[IdLength];
        return TryRead(NameFile(scope, name), NameContext(scope), id) ? Look(scope, new SubjectId(new Guid(id))) : null;
    }

    private SubjectKey? Look(string scope, SubjectId id)
    {
        Span<byte> key = stackalloc byte[SubjectKey.Length];
        try
        {
            return TryRead(KeyFile(scope, id), KeyContext(id), key) ? new(id, key) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Destroys a person's key. Durable when it returns. False if there was none.</summary>
    public bool Erase(string scope, string name)
    {
        using var held = Hold();
        using var key = Look(scope, name);
        if (key is not null)
        {
            // From here on nothing sealed by it can be read. A crash before the name goes leaves a name without a key, which finds nobody.
            _erasure.Remove(KeyFile(scope, key.Id));
        }

        _erasure.Remove(NameFile(scope, name));
        return key is not null;
    }

    /// <summary>The scopes that have or had a person.</summary>
    public IReadOnlyList<string> Scopes() => [.. Directory.EnumerateDirectories(ScopeFolder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private string ScopeFolder => Path.Combine(_folder, "scopes");

    private bool TryRead(string path, string context, Span<byte> secret)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            WrappedSecretFile.Read(path, context, _kek, secret);
            return true;
        }
        catch (KeyFileException) when (!File.Exists(path))
        {
            return false;
        }
    }

    private string NameFile(string scope, string name)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        return Path.Combine(ScopeFolder, scope, "names", Convert.ToHexStringLower(HMACSHA256.HashData(_index, Encoding.UTF8.GetBytes($"{scope}\n{name}"))));
    }

    private string KeyFile(string scope, SubjectId id) => Path.Combine(ScopeFolder, scope, "keys", id.ToString());

    private static string KeyContext(SubjectId id) => $"subjects/key/{id}";

    private static string NameContext(string scope) => $"subjects/name/{scope}";

    private static void MakeFolder(string path)
    {
        if (!Directory.Exists(path) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
        }
    }

    // One writer among the threads of this process and the processes on this folder; readers take no lock.
    private FileStream Hold() => FileLock.Take(Path.Combine(_folder, "lock"), TimeSpan.FromSeconds(5));
}

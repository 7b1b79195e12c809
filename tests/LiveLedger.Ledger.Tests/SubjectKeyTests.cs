using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Subjects;

namespace LiveLedger.Ledger.Tests;

public sealed class SubjectKeyTests : IDisposable
{
    private const string Ann = "ann@example.com";

    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-subjects-").FullName;
    private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));

    public void Dispose()
    {
        _kek.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_person_has_one_key_in_a_scope_and_another_in_the_next_and_keeps_it_over_a_restart()
    {
        using var first = new SubjectKeys(_folder, _kek).FindOrCreate("a", Ann);
        var store = new SubjectKeys(_folder, _kek);
        using var again = store.FindOrCreate("a", Ann);
        using var elsewhere = store.FindOrCreate("b", Ann);
        using var other = store.FindOrCreate("a", "Ann@example.com");

        Assert.Equal(first.Id, again.Id);
        Assert.Equal(first.Pseudonym("x"u8), again.Pseudonym("x"u8));
        Assert.Equal(3, new HashSet<SubjectId> { first.Id, elsewhere.Id, other.Id }.Count);
        Assert.NotEqual(first.Pseudonym("x"u8), first.Pseudonym("y"u8));
        Assert.Equal(Ann, again.Open("viewer", first.Seal("viewer", Ann)));
        Assert.Equal(["a", "b"], store.Scopes());
    }

    [Fact]
    public void Many_get_their_keys_together_and_who_has_one_keeps_it()
    {
        var store = new SubjectKeys(_folder, _kek);
        using var before = store.FindOrCreate("a", Ann);
        string[] names = [Ann, .. Enumerable.Range(0, 200).Select(static n => $"viewer-{n}"), "viewer-0"];
        Parallel.For(0, 2, _ => new SubjectKeys(_folder, _kek).CreateMissing("a", names));

        using var after = store.Find("a", Ann)!;
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(201, names.Distinct().Select(name =>
        {
            using var key = store.Find("a", name)!;
            return key.Id;
        }).Distinct().Count());
        Assert.Equal(201, Directory.GetFiles(Path.Combine(_folder, "scopes", "a", "keys")).Length);
    }

    [Fact]
    public void Cut_off_while_many_are_made_none_has_a_name_without_a_key()
    {
        string[] names = [.. Enumerable.Range(0, 30).Select(static n => $"viewer-{n}")];
        foreach (var stop in (SubjectStep[])[SubjectStep.KeyStored, SubjectStep.NameStored])
        {
            var scope = stop.ToString();
            var store = new SubjectKeys(_folder, _kek, step => _ = step == stop ? throw new KeyFileException("x", "the power goes") : 0);
            Assert.Throws<KeyFileException>(() => store.CreateMissing(scope, names));
            var next = new SubjectKeys(_folder, _kek);
            Assert.All(names, name => Assert.Equal(stop == SubjectStep.KeyStored, next.Find(scope, name) is null));
            next.CreateMissing(scope, names);
            Assert.DoesNotContain(names, name => next.Find(scope, name) is null);
        }
    }

    [Fact]
    public void What_is_sealed_opens_with_its_own_key_and_for_its_own_field_only()
    {
        var store = new SubjectKeys(_folder, _kek);
        using var ann = store.FindOrCreate("a", Ann);
        using var bob = store.FindOrCreate("a", "bob");
        var name = ann.Seal("viewer", Ann);

        Assert.Null(bob.Open("viewer", name));
        Assert.Null(ann.Open("address", name));
        Assert.Null(ann.Open("viewer", name.AsSpan(0, 12)));
        name[^1] ^= 1;
        Assert.Null(ann.Open("viewer", name));
        Assert.Equal(ann.Seal("viewer", "a").Length, ann.Seal("viewer", "a name of forty-two characters, give or take").Length);
    }

    [Fact]
    public void After_an_erasure_nothing_opens_what_was_sealed_and_no_file_holds_the_key()
    {
        var store = new SubjectKeys(_folder, _kek);
        using var key = store.FindOrCreate("a", Ann);
        var (name, pseudonym) = (key.Seal("viewer", Ann), key.Pseudonym("x"u8));
        var files = Directory.GetFiles(Path.Combine(_folder, "scopes"), "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToArray();
        Assert.Equal(2, files.Length);
        Assert.All(files, file => Assert.True(IsSomewhere(file), "before, the search finds them"));

        Assert.True(store.Erase("a", Ann));

        Assert.Null(store.Find("a", Ann));
        Assert.Null(store.Find("a", key.Id));
        Assert.False(store.Erase("a", Ann));
        Assert.All(files, file => Assert.False(IsSomewhere(file), "a file still holds what was erased"));
        using var anew = store.FindOrCreate("a", Ann);
        Assert.NotEqual(key.Id, anew.Id);
        Assert.NotEqual(pseudonym, anew.Pseudonym("x"u8));
        Assert.Null(anew.Open("viewer", name));
    }

    [Fact]
    public void Neither_a_file_nor_its_name_says_who_it_is_about()
    {
        new SubjectKeys(_folder, _kek).FindOrCreate("a", Ann).Dispose();
        Assert.False(IsSomewhere(Encoding.UTF8.GetBytes(Ann)));
        var guesses = new[] { Ann, $"a\n{Ann}" }.Select(text => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        Assert.DoesNotContain(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), path => guesses.Contains(Path.GetFileName(path)) || path.Contains("ann", StringComparison.Ordinal));
    }

    [Fact]
    public void An_erasure_cut_off_after_the_key_went_is_finished_and_the_person_begins_anew()
    {
        var store = new SubjectKeys(_folder, _kek);
        using var key = store.FindOrCreate("a", Ann);
        var file = Path.Combine(_folder, "scopes", "a", "keys", key.Id.ToString());
        var bytes = File.ReadAllBytes(file);

        // Cut off between taking the file away and overwriting it.
        File.Move(file, Path.Combine(_folder, "erased", "left"));
        Assert.Null(store.Find("a", Ann));
        Assert.True(IsSomewhere(bytes));
        var restarted = new SubjectKeys(_folder, _kek);
        Assert.False(IsSomewhere(bytes), "a start empties the folder of what was being erased");

        using var anew = restarted.FindOrCreate("a", Ann);
        Assert.NotEqual(key.Id, anew.Id);
        Assert.True(restarted.Erase("a", Ann));
    }

    // Each of the steps fails at its first and at its second arrival: an erasure removes two files.
    [Theory]
    [MemberData(nameof(Failures))]
    public void Making_and_erasing_that_fail_at_any_step_leave_a_whole_key_or_none_and_can_be_done_again(object step, int arrival)
    {
        var left = 0;
        Action<SubjectStep> fault = reached =>
        {
            if (reached == (SubjectStep)step && --left == 0)
            {
                throw new IOException("the disk says no");
            }
        };

        left = arrival;
        try
        {
            using var first = new SubjectKeys(_folder, _kek, fault).FindOrCreate("a", Ann);
        }
        catch (IOException)
        {
            left = 0;
        }

        var reopened = new SubjectKeys(_folder, _kek, fault);
        using var made = reopened.FindOrCreate("a", Ann);
        using var again = new SubjectKeys(_folder, _kek).Find("a", Ann);
        Assert.Equal(made.Id, again!.Id);
        var bytes = File.ReadAllBytes(Path.Combine(_folder, "scopes", "a", "keys", made.Id.ToString()));

        left = arrival;
        try
        {
            reopened.Erase("a", Ann);
        }
        catch (IOException)
        {
            left = 0;
        }

        // From the first step of an erasure on the key is found by nobody; a start, and the same order again, leave nothing of it.
        Assert.Null(reopened.Find("a", made.Id));
        var restarted = new SubjectKeys(_folder, _kek);
        restarted.Erase("a", Ann);
        Assert.Null(restarted.Find("a", Ann));
        Assert.False(IsSomewhere(bytes));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "erased")));
        using var anew = restarted.FindOrCreate("a", Ann);
        Assert.NotEqual(made.Id, anew.Id);
    }

    public static TheoryData<object, int> Failures
    {
        get
        {
            var failures = new TheoryData<object, int>();
            foreach (var step in Enum.GetValues<SubjectStep>())
            {
                failures.Add(step, 1);
                failures.Add(step, 2);
            }

            return failures;
        }
    }

    [Fact]
    public void Of_many_who_ask_for_one_person_at_once_in_two_processes_all_get_one_key()
    {
        var stores = new[] { new SubjectKeys(_folder, _kek), new SubjectKeys(_folder, _kek) };
        var ids = new SubjectId[64];
        Parallel.For(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            using var key = stores[i % 2].FindOrCreate("a", Ann);
            ids[i] = key.Id;
        });
        Assert.Single(ids.Distinct());
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "scopes", "a", "keys")));
    }

    [Fact]
    public async Task Erasing_while_others_ask_never_gives_a_key_that_is_not_found_again_or_was_erased()
    {
        var store = new SubjectKeys(_folder, _kek);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var eraser = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                store.Erase("a", Ann);
            }
        });
        var asked = 0;
        Parallel.For(0, 4, _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var key = store.FindOrCreate("a", Ann);
                using var found = store.Find("a", key.Id);
                Assert.True(found is null || found.Pseudonym("x"u8) == key.Pseudonym("x"u8), "one id, one key");
                Interlocked.Increment(ref asked);
            }
        });
        await eraser;
        Assert.True(asked > 10);
    }

    [Fact]
    public async Task What_does_not_open_is_read_once_more_when_nobody_writes_and_only_then_is_it_damaged()
    {
        var store = new SubjectKeys(_folder, _kek);
        using var key = store.FindOrCreate("a", Ann);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "scopes", "a", "names")));
        var whole = File.ReadAllBytes(file);

        // What a reader holds that opened the file just before an erasure filled it with zeros.
        File.WriteAllBytes(file, new byte[whole.Length]);
        Task<SubjectKey?> asking;
        using (FileLock.Take(Path.Combine(_folder, "lock"), TimeSpan.FromSeconds(5)))
        {
            asking = Task.Run(() => store.Find("a", Ann));
            await Task.WhenAny(asking, Task.Delay(200));
            Assert.False(asking.IsCompleted, "it did not wait for the writer");
            File.WriteAllBytes(file, whole);
        }

        using var found = await asking;
        Assert.Equal(key.Id, found?.Id);

        File.WriteAllBytes(file, new byte[whole.Length]);
        Assert.Throws<KeyFileException>(() => store.Find("a", Ann));
    }

    [Fact]
    public void Another_key_encryption_key_is_found_out_at_the_start()
    {
        new SubjectKeys(_folder, _kek).FindOrCreate("a", Ann).Dispose();
        using var wrong = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
        Assert.Throws<KeyFileException>(() => new SubjectKeys(_folder, wrong));
    }

    private bool IsSomewhere(byte[] bytes) =>
        Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Any(path => File.ReadAllBytes(path).AsSpan().IndexOf(bytes) >= 0);
}

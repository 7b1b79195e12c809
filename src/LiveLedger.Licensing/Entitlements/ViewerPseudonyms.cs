using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// A viewer of a broadcast as it is stored: under a pseudonym that only the viewer's own key makes, and with the name sealed by that key. The
/// keys rest outside PostgreSQL; destroying one makes its pseudonym nobody's and its name unreadable, and leaves every proof as it was.
/// </summary>
internal sealed class ViewerPseudonyms(SubjectKeys subjects)
{
    private const int MaxRemembered = 100_000;

    // Reading and opening a person's two key files was a quarter of a licence's time. What is remembered is the pseudonym, by a hash of the name under a
    // key of this process alone, and it is worth nothing once the key's file is gone, whichever server erased it.
    private readonly ConcurrentDictionary<Bytes32, (SubjectId Key, ViewerPseudonym Pseudonym)> _known = new();
    private readonly byte[] _hashing = RandomNumberGenerator.GetBytes(32);

    /// <summary>Longest viewer id in characters.</summary>
    public const int MaxViewerLength = SubjectKeys.MaxNameLength;

    private const string Field = "viewer";
    private const string WalletField = "wallet";

    /// <summary>True for what the shop may call a viewer: 1 to 256 characters, no control characters, whole Unicode characters.</summary>
    public static bool IsViewer(string? viewer) => viewer is { Length: > 0 and <= MaxViewerLength } && viewer.EnumerateRunes().All(static r => r != Rune.ReplacementChar && !Rune.IsControl(r));

    /// <summary>
    /// The viewer's pseudonym in this broadcast, the same as long as the key is not erased. Null for somebody without a key, and nothing is stored: who was erased
    /// stays so, however long an old token is still shown.
    /// </summary>
    public ViewerPseudonym? Find(BroadcastId broadcast, string viewer)
    {
        var name = new Bytes32(HMACSHA256.HashData(_hashing, Encoding.UTF8.GetBytes($"{broadcast}\n{viewer}")));
        if (_known.TryGetValue(name, out var known))
        {
            if (subjects.Exists(Scope(broadcast), known.Key))
            {
                return known.Pseudonym;
            }

            _known.TryRemove(name, out _);
        }

        using var key = subjects.Find(Scope(broadcast), viewer);
        if (key is null)
        {
            return null;
        }

        if (_known.Count >= MaxRemembered)
        {
            _known.TryRemove(_known.First());
        }

        return (_known[name] = (key.Id, PseudonymOf(key))).Pseudonym;
    }

    /// <summary>Makes keys for viewers who are to be sold to and have none: together they wait for the disk far less than one after the other.</summary>
    public void Prepare(BroadcastId broadcast, IEnumerable<string> viewers) => subjects.CreateMissing(Scope(broadcast), viewers);

    /// <summary>The viewer with the name sealed, to be stored.</summary>
    public SealedViewer Seal(BroadcastId broadcast, string viewer)
    {
        using var key = subjects.FindOrCreate(Scope(broadcast), viewer);
        return new(PseudonymOf(key), key.Id, key.Seal(Field, viewer));
    }

    /// <summary>The viewer and the name of a wallet of theirs, sealed by one key.</summary>
    public (SealedViewer Viewer, byte[] Wallet) Seal(BroadcastId broadcast, string viewer, string wallet)
    {
        using var key = subjects.FindOrCreate(Scope(broadcast), viewer);
        return (new(PseudonymOf(key), key.Id, key.Seal(Field, viewer)), key.Seal(WalletField, wallet));
    }

    /// <summary>The wallet's name, or null if its viewer was erased.</summary>
    public string? OpenWallet(BroadcastId broadcast, SubjectId subject, ReadOnlySpan<byte> sealedName)
    {
        using var key = subjects.Find(Scope(broadcast), subject);
        return key?.Open(WalletField, sealedName);
    }

    /// <summary>The name, or null if it was erased.</summary>
    public string? Open(BroadcastId broadcast, SubjectId subject, ReadOnlySpan<byte> sealedName)
    {
        using var key = subjects.Find(Scope(broadcast), subject);
        return key?.Open(Field, sealedName);
    }

    /// <summary>The scope of a broadcast's viewers: two broadcasts know one person by two keys, and nobody can tell that it is one.</summary>
    public static string Scope(BroadcastId broadcast) => broadcast.ToString();

    private static ViewerPseudonym PseudonymOf(SubjectKey key) => new(key.Pseudonym("liveledger viewer v2\n"u8));
}

/// <summary>A viewer as stored.</summary>
/// <param name="Pseudonym">What the viewer is found by.</param>
/// <param name="Subject">Which key opens the name.</param>
/// <param name="Name">The shop's name for the viewer, sealed.</param>
internal sealed record SealedViewer(ViewerPseudonym Pseudonym, SubjectId Subject, byte[] Name);

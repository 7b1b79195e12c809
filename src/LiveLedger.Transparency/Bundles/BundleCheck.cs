using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Bundles;

/// <summary>Is shown each entry of a bundle. Nothing of it may be believed before the whole bundle has been checked.</summary>
/// <param name="index">Its place in the log.</param>
/// <param name="entry">The entry.</param>
/// <param name="payload">The payload that it commits to; valid during the call.</param>
public delegate void BundleVisitor(LedgerIndex index, LedgerEntry entry, ReadOnlySpan<byte> payload);

/// <summary>
/// Checks a bundle's entries as they come, in the order of the log: that each payload is the one its entry commits to, that each stream is whole
/// up to its head, and at the end that everything hashes to the signed root. Holds the edge of the tree and a number a stream. Not thread-safe.
/// </summary>
/// <param name="head">The signed tree.</param>
/// <param name="contents">The streams.</param>
/// <param name="visit">Is shown each entry.</param>
public sealed class BundleCheck(TreeHead head, BundleContents contents, BundleVisitor? visit = null)
{
    private readonly CompactRange _tree = new();
    private readonly Dictionary<string, int> _places = contents.Streams.Select(static (s, i) => (s.Name, i)).ToDictionary(StringComparer.Ordinal);
    private readonly ulong[] _next = new ulong[contents.Streams.Count];
    private int _whole;
    private bool _ended;

    /// <summary>Entries so far.</summary>
    public ulong Count { get; private set; }

    /// <summary>What was found, or null.</summary>
    public BundleFault? Fault { get; private set; }

    /// <summary>Takes what is whole at the beginning of these bytes; the caller shows the rest again with more behind it.</summary>
    /// <param name="bytes">At least <see cref="BundleEntries.MaxRecord"/> of them, or all that are left.</param>
    /// <returns>Bytes taken; 0 if more are needed, or if there is a fault.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        while (Fault is null && TryTakeOne(ref rest))
        {
        }

        return bytes.Length - rest.Length;
    }

    /// <summary>Says that there are no more bytes than those taken.</summary>
    /// <param name="left">Bytes that were not taken.</param>
    public void End(int left)
    {
        if (Fault is not null)
        {
            return;
        }

        if (!_ended || left > 0)
        {
            Refuse(BundleFaultKind.EntriesMalformed, _ended ? "something stands behind the last entry" : $"cut off behind {Count} entries");
        }
        else if (_whole < contents.Streams.Count)
        {
            var place = contents.Streams.Select(static (s, i) => (s, i)).First(s => _next[s.i] != s.s.Version + 1).i;
            var (name, version, _) = contents.Streams[place];
            Refuse(BundleFaultKind.StreamIncomplete, $"{name} has the versions below {_next[place]}, and its head is {version}");
        }
        else if (_tree.Head != head)
        {
            Refuse(BundleFaultKind.RootMismatch, $"entries and hashes give the root {_tree.Root()}, and {head.Root} is signed: something in the entries was altered");
        }
    }

    private bool TryTakeOne(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < BundleEntries.IndexLength || _ended)
        {
            return false;
        }

        var place = BinaryPrimitives.ReadUInt64BigEndian(rest);
        if (place < _tree.Size.Value || place > head.Size.Value)
        {
            return Refuse(BundleFaultKind.EntriesMalformed, $"index {place} behind {_tree.Size}, in a tree of size {head.Size}");
        }

        var between = BundleEntries.Between(_tree.Size.Value, place);
        var hashes = rest[BundleEntries.IndexLength..];
        var record = between.Count * Bytes32.Length;
        if (hashes.Length < record)
        {
            return false;
        }

        if (place == head.Size.Value)
        {
            AppendBetween(between, hashes);
            rest = hashes[record..];
            _ended = true;
            return false;
        }

        if (!TryCut(hashes[record..], out var bytes, out var salt, out var payload, out var length))
        {
            return false;
        }

        AppendBetween(between, hashes);
        rest = hashes[(record + length)..];
        return Check(new(place), bytes, salt, payload);
    }

    // The parts of an entry; false if they are not all there, or cannot be.
    private bool TryCut(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> salt, out ReadOnlySpan<byte> payload, out int length)
    {
        entry = salt = payload = default;
        length = 0;
        if (rest.Length < sizeof(ushort))
        {
            return false;
        }

        var tail = sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(rest);
        var data = tail + PayloadDigest.SaltLength + sizeof(uint);
        if (rest.Length < data)
        {
            return false;
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(rest[(tail + PayloadDigest.SaltLength)..]);
        if (size > BundleEntries.MaxPayload)
        {
            return Refuse(BundleFaultKind.EntriesMalformed, $"a payload of {size} bytes");
        }

        length = data + (int)size;
        if (rest.Length < length)
        {
            return false;
        }

        entry = rest[sizeof(ushort)..tail];
        salt = rest.Slice(tail, PayloadDigest.SaltLength);
        payload = rest[data..length];
        return true;
    }

    private bool Check(LedgerIndex index, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> payload)
    {
        if (++Count > BundleEntries.MaxEntries)
        {
            return Refuse(BundleFaultKind.EntriesMalformed, $"more than {BundleEntries.MaxEntries} entries");
        }

        _tree.Append(LeafHash.Of(bytes));
        if (!LedgerEntry.TryParse(bytes, out var entry))
        {
            return Refuse(BundleFaultKind.EntriesMalformed, $"entry {index} is no entry of this format");
        }

        if (PayloadDigest.Of(salt, payload) != entry.Payload)
        {
            return Refuse(BundleFaultKind.PayloadAltered, $"the payload or salt of entry {index} is not what the entry commits to");
        }

        if (!_places.TryGetValue(entry.Stream, out var place))
        {
            return Refuse(BundleFaultKind.StreamNotListed, $"entry {index} is of {entry.Stream}, which the contents do not list");
        }

        var stream = contents.Streams[place];
        if (entry.StreamVersion != _next[place] || entry.StreamVersion > stream.Version)
        {
            return Refuse(BundleFaultKind.StreamIncomplete, $"entry {index} is version {entry.StreamVersion} of {entry.Stream}, {_next[place]} is next, and its head is {stream.Version}");
        }

        if (entry.StreamVersion == stream.Version && stream.Index != index)
        {
            return Refuse(BundleFaultKind.StreamIncomplete, $"version {stream.Version} of {stream.Name} is entry {index}, and its head is entry {stream.Index}");
        }

        _next[place]++;
        _whole += entry.StreamVersion == stream.Version ? 1 : 0;
        visit?.Invoke(index, entry, payload);
        return true;
    }

    private void AppendBetween(IReadOnlyList<NodeAddress> between, ReadOnlySpan<byte> hashes)
    {
        foreach (var node in between)
        {
            _tree.AppendSubtree(node, new(hashes[..Bytes32.Length]));
            hashes = hashes[Bytes32.Length..];
        }
    }

    private bool Refuse(BundleFaultKind kind, string detail)
    {
        Fault = new(kind, detail);
        return false;
    }
}

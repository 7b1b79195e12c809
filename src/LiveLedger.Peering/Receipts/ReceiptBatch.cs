using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Peering.Receipts;

/// <summary>
/// The receipts that a sender was given, handed in (docs/formats/receipts.md). Its one signature stands under each of them: it covers the list of their hashes, and with that list
/// each one's co-signing is shown to anybody.
/// </summary>
public sealed class ReceiptBatch
{
    /// <summary>Most receipts.</summary>
    public const int MaxReceipts = 64;

    /// <summary>Longest in bytes: what is longer is not read at all.</summary>
    public const int MaxLength = HeadLength + MaxReceipts * (Bytes32.Length + sizeof(uint) + SignedReceipt.MaxLength) + Ed25519PublicKey.SignatureLength;

    private const int HeadLength = BroadcastId.Length + Bytes32.Length + sizeof(ushort);

    // Of a receipt: receiver, link and period, by which the receipts of a batch are in order.
    private const int OrderAt = BroadcastId.Length + Bytes32.Length;
    private const int OrderLength = 2 * Bytes32.Length + sizeof(uint);

    private readonly byte[] _tagged;

    private ReceiptBatch(BroadcastId broadcast, PeerKey sender, IReadOnlyList<SignedReceipt> receipts, byte[] tagged) =>
        (Broadcast, Sender, Receipts, _tagged) = (broadcast, sender, receipts, tagged);

    /// <summary>The swarm.</summary>
    public BroadcastId Broadcast { get; }

    /// <summary>Who sent the chunks, and signs.</summary>
    public PeerKey Sender { get; }

    /// <summary>The receipts, one at most for each period of a link.</summary>
    public IReadOnlyList<SignedReceipt> Receipts { get; }

    /// <summary>As it is sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _tagged.AsMemory(Tag.Length);

    private static ReadOnlySpan<byte> Tag => "liveledger receipts v1\n"u8;

    private int SignedLength => Tag.Length + HeadLength + Receipts.Count * Bytes32.Length;

    /// <summary>Signs as the sender; the receipts in any order.</summary>
    /// <exception cref="ArgumentException">None, too many, another's, or two of one period: no reader would take it.</exception>
    public static ReceiptBatch Sign(BroadcastId broadcast, IEnumerable<SignedReceipt> receipts, Ed25519PrivateKey sender)
    {
        var ordered = receipts.ToList();
        ordered.Sort(static (a, b) => Order(a).SequenceCompareTo(Order(b)));
        var tagged = new byte[Tag.Length + HeadLength + ordered.Count * Bytes32.Length + Ed25519PublicKey.SignatureLength + ordered.Sum(static r => sizeof(uint) + r.Bytes.Length)];
        Tag.CopyTo(tagged);
        var to = new WireWriter(tagged.AsSpan(Tag.Length));
        to.Put(broadcast);
        to.Put(sender.PublicKey.Value);
        to.Put((ushort)ordered.Count);
        foreach (var receipt in ordered)
        {
            to.Put(receipt.Hash.Value);
        }

        var signedLength = Tag.Length + to.Length;
        var signature = tagged.AsSpan(signedLength, Ed25519PublicKey.SignatureLength);
        to.Put(signature);
        foreach (var receipt in ordered)
        {
            to.Put((uint)receipt.Bytes.Length);
            to.Put(receipt.Bytes.Span);
        }

        // What every reader would refuse must not become a signature.
        if (!TryRead(tagged.AsSpan(Tag.Length), out _))
        {
            throw new ArgumentException("the batch would be refused", nameof(receipts));
        }

        sender.Sign(tagged.AsSpan(0, signedLength), signature);
        return new(broadcast, PeerKey.Of(sender.PublicKey), ordered, tagged);
    }

    /// <summary>Reads one from outside; no signature is checked yet. It is walked through once before anything is allocated.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ReceiptBatch? batch)
    {
        batch = null;
        var from = new WireReader(bytes);
        if (bytes.Length > MaxLength || !from.TryTake(BroadcastId.Length, out var id) || !BroadcastId.TryRead(id, out var broadcast)
            || !from.TryTake(Bytes32.Length, out var sender) || !from.TryTake(out ushort count) || count is 0 or > MaxReceipts
            || !from.TryTake(count * Bytes32.Length, out var hashes) || !from.TryTake(Ed25519PublicKey.SignatureLength, out _) || !IsBounded(from, count))
        {
            return false;
        }

        var key = new PeerKey(new(sender));
        var receipts = new SignedReceipt[count];
        for (var n = 0; n < count; n++)
        {
            _ = TryTake(ref from, out var one);
            if (!SignedReceipt.TryRead(one, out var receipt) || receipt.Receipt.Broadcast != broadcast || receipt.Receipt.Sender != key
                || receipt.Hash.Value != new Bytes32(hashes.Slice(n * Bytes32.Length, Bytes32.Length))
                || (n > 0 && Order(receipts[n - 1]).SequenceCompareTo(Order(receipt)) >= 0))
            {
                return false;
            }

            receipts[n] = receipt;
        }

        var tagged = new byte[Tag.Length + bytes.Length];
        Tag.CopyTo(tagged);
        bytes.CopyTo(tagged.AsSpan(Tag.Length));
        batch = new(broadcast, key, receipts, tagged);
        return true;
    }

    /// <summary>True if the sender signed the list of hashes. Says nothing of the receivers' signatures: <see cref="SignedReceipt.Verify"/>.</summary>
    /// <param name="sender">The key that an admission vouches for.</param>
    public bool Verify(Ed25519PublicKey sender) =>
        Sender.Is(sender) && sender.Verify(_tagged.AsSpan(0, SignedLength), _tagged.AsSpan(SignedLength, Ed25519PublicKey.SignatureLength));

    private static ReadOnlySpan<byte> Order(SignedReceipt receipt) => receipt.Said.Slice(OrderAt, OrderLength);

    private static bool IsBounded(WireReader from, int count)
    {
        for (var n = 0; n < count; n++)
        {
            if (!TryTake(ref from, out var one))
            {
                return false;
            }
        }

        return from.AtEnd;
    }

    private static bool TryTake(ref WireReader from, out ReadOnlySpan<byte> one)
    {
        one = default;
        return from.TryTake(out uint length) && length <= SignedReceipt.MaxLength && from.TryTake((int)length, out one);
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Tests.Receipts;

/// <summary>A sender, a receiver, and what one says of the other.</summary>
internal sealed class Dealings
{
    public BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    public Ed25519PrivateKey Sender { get; } = Ed25519PrivateKey.Generate();

    public Ed25519PrivateKey Receiver { get; } = Ed25519PrivateKey.Generate();

    public LinkId Link { get; } = new(new Bytes32(Swarm.Random(32)));

    public Receipt Receipt(uint period = 1, uint number = 1, long total = 100, params ushort[] chunks) => new()
    {
        Broadcast = Broadcast,
        Sender = PeerKey.Of(Sender.PublicKey),
        Receiver = PeerKey.Of(Receiver.PublicKey),
        Link = Link,
        Period = period,
        Number = number,
        At = DateTimeOffset.UnixEpoch,
        TotalChunks = total,
        TotalBytes = total * 16384,
        Runs = [new(new(7), 1, 3, chunks is [] ? new ushort[] { 5, 6 } : chunks)],
    };

    public SignedReceipt Signed(uint period = 1, uint number = 1, long total = 100, params ushort[] chunks) => SignedReceipt.Sign(Receipt(period, number, total, chunks), Receiver);

    public ReceiptBatch Batch(params SignedReceipt[] receipts) => ReceiptBatch.Sign(Broadcast, receipts, Sender);
}

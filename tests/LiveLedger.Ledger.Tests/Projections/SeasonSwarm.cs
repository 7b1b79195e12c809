using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>Two peers of a season's broadcast and what one signs for the other, as text.</summary>
internal sealed class SeasonSwarm(BroadcastId broadcast, int number)
{
    private readonly Ed25519PrivateKey _sender = Key(number, 1);
    private readonly Ed25519PrivateKey _receiver = Key(number, 2);

    public string Sender => StrictBase64Url.Encode(_sender.PublicKey.Value.ToArray());

    public string Receiver => StrictBase64Url.Encode(_receiver.PublicKey.Value.ToArray());

    public string Batch(long total) => StrictBase64Url.Encode(ReceiptBatch.Sign(broadcast, [Signed(total, 1)], _sender).Bytes.Span);

    public string Receipt(long total, byte link) => StrictBase64Url.Encode(Signed(total, link).Bytes.Span);

    private SignedReceipt Signed(long total, byte link) => SignedReceipt.Sign(
        new()
        {
            Broadcast = broadcast,
            Sender = PeerKey.Of(_sender.PublicKey),
            Receiver = PeerKey.Of(_receiver.PublicKey),
            Link = new(new Bytes32([link, .. new byte[31]])),
            Period = 1,
            Number = 1,
            At = DateTimeOffset.UnixEpoch,
            TotalChunks = total,
            TotalBytes = total,
            Runs = [new(new(7), 0, 3, new ushort[] { 5 })],
        },
        _receiver);

    private static Ed25519PrivateKey Key(int number, byte who) => Ed25519PrivateKey.FromSeed([who, .. BitConverter.GetBytes(number), .. new byte[27]]);
}

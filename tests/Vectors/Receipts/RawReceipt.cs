using System.Buffers.Binary;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Proofs;
using LiveLedger.Peering.Receipts;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Receipts;

/// <summary>A run with whatever it is given.</summary>
internal sealed record RawRun(ulong Track, uint Epoch, uint First, int[] Chunks)
{
    public int? Count { get; init; }
}

/// <summary>A receipt written apart from the code under test, so that it can be wrong: what Bob says that Alice sent him.</summary>
internal sealed record RawReceipt
{
    public const ulong Video = 0x0123456789abcdef;
    public const ulong Sound = 0x0123456789abcdf0;

    public const string Tag = "liveledger receipt v1\n";
    public const string BatchTag = "liveledger receipts v1\n";

    public BroadcastId Broadcast { get; init; } = Peering.PeeringWorld.Broadcast;

    public Bytes32 Sender { get; init; } = Alice.PublicKey.Value;

    public Bytes32 Receiver { get; init; } = Bob.PublicKey.Value;

    public Bytes32 Link { get; init; } = LinkId.Of(Nonce(11), Nonce(12)).Value;

    public uint Period { get; init; } = 1;

    public uint Number { get; init; } = 1;

    public ulong At { get; init; } = 1_790_000_001_234;

    public ulong TotalChunks { get; init; } = 100;

    public ulong TotalBytes { get; init; } = 1_000_000;

    public int? RunCount { get; init; }

    public RawRun[] Runs { get; init; } = [new(Video, 1, 7, [33, 0, 31])];

    public byte[] Said()
    {
        var to = new MemoryStream();
        Span<byte> id = stackalloc byte[BroadcastId.Length];
        Broadcast.CopyTo(id);
        to.Write(id);
        to.Write(Sender.ToArray());
        to.Write(Receiver.ToArray());
        to.Write(Link.ToArray());
        Put(to, Period, 4);
        Put(to, Number, 4);
        Put(to, At, 8);
        Put(to, TotalChunks, 8);
        Put(to, TotalBytes, 8);
        Put(to, (ulong)(RunCount ?? Runs.Length), 2);
        foreach (var run in Runs)
        {
            Put(to, run.Track, 8);
            Put(to, run.Epoch, 4);
            Put(to, run.First, 4);
            Put(to, (ulong)(run.Count ?? run.Chunks.Length), 2);
            foreach (var chunks in run.Chunks)
            {
                Put(to, (ulong)chunks, 2);
            }
        }

        return to.ToArray();
    }

    public byte[] Signed(Ed25519PrivateKey? by = null, string tag = Tag) => [.. Said(), .. Signature(by ?? Bob, tag, Said())];

    public static byte[] Signature(Ed25519PrivateKey key, string tag, byte[] said)
    {
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign([.. Encoding.ASCII.GetBytes(tag), .. said], signature);
        return signature;
    }

    public static void Put(MemoryStream to, ulong value, int length)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        to.Write(bytes[^length..]);
    }
}

using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Vectors.Logs;

/// <summary>The log, its key and its witnesses that the cases are about. All of it is made from constants.</summary>
internal static class LogWorld
{
    internal const string Origin = "ledger.example/main";

    internal static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);

    internal static readonly NoteSigner Log = new(Origin, Key(51));

    internal static readonly NoteSigner OtherLog = new("ledger.example/other", Key(52));

    /// <summary>The same name with another key: what a forger would have.</summary>
    internal static readonly NoteSigner Impostor = new(Origin, Key(53));

    internal static readonly Cosigner[] Witnesses = [.. ((byte[])[61, 62, 63]).Select(static (seed, i) => new Cosigner($"w{i + 1}.example", Key(seed)))];

    /// <summary>A checkpoint over <see cref="TreeCases"/>' leaves.</summary>
    internal static Checkpoint Checkpoint(ulong size) => new(Origin, new(new(size), TreeCases.Root(size)));

    internal static SignedNote Signed(ulong size, params Cosigner[] witnesses)
    {
        var checkpoint = Checkpoint(size);
        return checkpoint.Sign(Log).With(witnesses.Select((w, i) => w.Cosign(checkpoint, Time.AddSeconds(i))));
    }

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Ed25519PrivateKey Key(byte seed)
    {
        var bytes = new byte[Ed25519PrivateKey.SeedLength];
        Array.Fill(bytes, seed);
        return Ed25519PrivateKey.FromSeed(bytes);
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LiveLedger.Broadcasting.Ingest;

/// <summary>The secret a publisher pushes with: 32 random bytes, shown once. Only its SHA-256 is kept; 256 bits need no salt.</summary>
internal static class IngestKey
{
    private const string Prefix = "ingest_";

    /// <summary>A new key: its text for the publisher, its hash for the ledger.</summary>
    public static (string Text, byte[] Hash) Generate()
    {
        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (text, HashOf(text));
    }

    /// <summary>True if <paramref name="text"/> is the key with this hash; takes the same time for every wrong key.</summary>
    public static bool Matches(string text, ReadOnlySpan<byte> hash) =>
        CryptographicOperations.FixedTimeEquals(HashOf(text), hash);

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

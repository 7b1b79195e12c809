using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Abi;

/// <summary>Indexed parameters of an event: each a word of its own.</summary>
internal static class AbiTopics
{
    public static bool TryRead(Bytes32 topic, out UInt128 value)
    {
        Span<byte> word = stackalloc byte[AbiWords.Length];
        topic.CopyTo(word);
        return AbiWords.TryRead(word, UInt128.MaxValue, out value);
    }

    public static bool TryRead(Bytes32 topic, out Address value)
    {
        Span<byte> word = stackalloc byte[AbiWords.Length];
        topic.CopyTo(word);
        return AbiWords.TryRead(word, out value);
    }

    /// <summary><c>bytes16</c>.</summary>
    public static bool TryRead(Bytes32 topic, out Guid value)
    {
        Span<byte> word = stackalloc byte[AbiWords.Length];
        topic.CopyTo(word);
        return AbiWords.TryRead(word, out value);
    }
}

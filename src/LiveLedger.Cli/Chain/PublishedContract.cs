using System.Text.Json;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Cli.Chain;

/// <summary>A contract of ours as it is published in `contracts/published`, which this program has with it.</summary>
internal sealed class PublishedContract
{
    private const int WordLength = 32;
    private const byte Push32 = 0x7f;

    // solc puts it between what runs once and what stands on the chain afterwards, which comes last (no metadata is appended).
    private const byte Invalid = 0xfe;

    private readonly byte[] _creation;

    private PublishedContract(string name) => (Name, _creation) = (name, Load(name));

    internal static PublishedContract Anchor { get; } = new("CheckpointAnchor");

    internal static PublishedContract Ownership { get; } = new("BroadcastOwnership");

    internal static PublishedContract Tickets { get; } = new("Tickets");

    internal string Name { get; }

    /// <summary>What a transaction says that makes one.</summary>
    internal byte[] Creation(ReadOnlySpan<byte> arguments) => [.. _creation, .. arguments];

    /// <summary>True if this is its code as it stands on a chain. The values that its constructor has fixed, zero in what is published, may be any.</summary>
    internal bool IsCode(ReadOnlySpan<byte> code)
    {
        var begin = _creation.Length - code.Length;
        if (code.IsEmpty || begin < 1 || _creation[begin - 1] != Invalid)
        {
            return false;
        }

        var published = _creation.AsSpan(begin);
        for (var i = 0; i < code.Length; i++)
        {
            if (published[i] != code[i])
            {
                return false;
            }

            if (published[i] == Push32 && code.Length - i > WordLength && !published.Slice(i + 1, WordLength).ContainsAnyExcept((byte)0))
            {
                i += WordLength;
            }
        }

        return true;
    }

    /// <summary>True if a hash is that of its code on a chain; only for a contract whose constructor fixes nothing.</summary>
    internal bool IsCodeHash(Bytes32 hash)
    {
        for (var i = 0; i < _creation.Length; i++)
        {
            if (_creation[i] == Invalid && Keccak256.Of(_creation.AsSpan(i + 1)) == hash)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Load(string name)
    {
        using var file = typeof(PublishedContract).Assembly.GetManifestResourceStream($"contracts/{name}.json")
            ?? throw new InvalidOperationException($"this build is without the contract {name}");
        using var published = JsonDocument.Parse(file);
        return Convert.FromHexString(published.RootElement.GetProperty("bytecode").GetString()!.AsSpan(2));
    }
}

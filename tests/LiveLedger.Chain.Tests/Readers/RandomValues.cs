using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Readers;

/// <summary>Values of a contract's types, each as we hold it and as ethers takes it; the edges as often as the middle.</summary>
internal sealed class RandomValues(int seed)
{
    private readonly Random _random = new(seed);

    public UInt128 Number(UInt128 most) => _random.Next(6) switch
    {
        0 => UInt128.Zero,
        1 => most,
        2 => UInt128.One,
        _ => new UInt128((ulong)_random.NextInt64(), unchecked((ulong)_random.NextInt64(long.MinValue, long.MaxValue))) & most,
    };

    public ulong Long() => (ulong)Number(ulong.MaxValue);

    public bool Truth() => _random.Next(2) == 1;

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        if (_random.Next(8) != 0)
        {
            _random.NextBytes(bytes);
        }

        return bytes;
    }

    public int Length(int most) => _random.Next(most + 1);

    public Bytes32 Word() => new(Bytes(Bytes32.Length));

    public Address Account() => new(Bytes(Address.Length));

    public Guid Half() => new(Bytes(16), bigEndian: true);
}

/// <summary>How ethers takes them.</summary>
internal static class EthersValues
{
    public static string ForEthers(this UInt128 value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string ForEthers(this ulong value) => ((UInt128)value).ForEthers();

    public static string ForEthers(this Bytes32 value) => "0x" + value;

    public static string ForEthers(this Sha256Hash value) => "0x" + value;

    public static string ForEthers(this Address value) => value.ToString();

    public static string ForEthers(this Guid value) => HexText.Of(value.ToByteArray(bigEndian: true));

    public static string ForEthers(this ReadOnlyMemory<byte> value) => HexText.Of(value.Span);
}

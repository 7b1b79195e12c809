using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using LiveLedger.Cryptography;

namespace LiveLedger.Swarm.Tracker;

/// <summary>Names a connection to the tracker, by chance: to its neighbours a peer is this, and another one when it comes again.</summary>
internal readonly record struct PeerId(Int128 Value)
{
    private const int Length = 16;

    public static PeerId New()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        return new(System.Buffers.Binary.BinaryPrimitives.ReadInt128BigEndian(bytes));
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out PeerId id)
    {
        id = default;
        if (text is not { Length: 22 } || !StrictBase64Url.TryDecode(text, out var bytes) || bytes.Length != Length)
        {
            return false;
        }

        id = new(System.Buffers.Binary.BinaryPrimitives.ReadInt128BigEndian(bytes));
        return true;
    }

    public void CopyTo(Span<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.WriteInt128BigEndian(bytes, Value);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return StrictBase64Url.Encode(bytes);
    }
}

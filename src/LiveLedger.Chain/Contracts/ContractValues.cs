using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace LiveLedger.Chain.Contracts;

/// <summary>A broadcast's ownership token: the broadcast's id as a number.</summary>
public readonly record struct OwnershipToken(UInt128 Value)
{
    /// <summary>The token of a broadcast.</summary>
    public static OwnershipToken Of(Guid broadcast)
    {
        Span<byte> bytes = stackalloc byte[16];
        var written = broadcast.TryWriteBytes(bytes, bigEndian: true, out _);
        Debug.Assert(written, "a UUID is 16 bytes");
        return new(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The broadcast's id.</summary>
    public Guid ToBroadcast()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new(bytes, bigEndian: true);
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A sale of tickets, from 1.</summary>
public readonly record struct SaleNumber(UInt128 Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A ticket, from 1; unique in its contract, not only in its sale.</summary>
public readonly record struct TicketNumber(UInt128 Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

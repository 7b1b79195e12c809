using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LiveLedger.Ledger;

/// <summary>
/// Names one command, made once by whoever gives it (an idempotency key). Its events have ids that follow from it, so that giving the command
/// again, from wherever, appends nothing.
/// </summary>
public readonly record struct CommandId(Guid Value)
{
    /// <summary>The id of the command's event with this number, from 0: UUID version 8 (RFC 9562 §5.8) of SHA-256 over domain, command and number.</summary>
    public Guid EventId(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var domain = "liveledger command event v1\n"u8;
        Span<byte> input = stackalloc byte[domain.Length + 16 + 4];
        domain.CopyTo(input);
        Value.TryWriteBytes(input[domain.Length..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(input[(domain.Length + 16)..], number);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new(hash[..16], bigEndian: true);
    }

    /// <summary>An event of this command: its id follows from the command, and the command is its cause.</summary>
    /// <inheritdoc cref="NewEvent(Guid, string, int, ReadOnlyMemory{byte}, string)"/>
    public NewEvent Event(int number, string type, int schema, ReadOnlyMemory<byte> payloadJson, string actor) =>
        new(EventId(number), type, schema, payloadJson, actor) { Causation = Value };
}

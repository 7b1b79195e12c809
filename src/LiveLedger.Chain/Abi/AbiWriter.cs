using System.Diagnostics;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Abi;

/// <summary>
/// A tuple being written: static values stand in its head, of what has a length the head holds where in the tail it begins
/// (Solidity's ABI specification, "Formal Specification of the Encoding"). Arguments of a call are a tuple too.
/// </summary>
internal sealed class AbiWriter
{
    private readonly List<(byte[] Bytes, bool IsTail)> _parts = [];

    private bool IsDynamic => _parts.Exists(static p => p.IsTail);

    public AbiWriter Add(UInt128 value) => Head(AbiWords.Of(value));

    public AbiWriter Add(Address value) => Head(AbiWords.Of(value));

    public AbiWriter Add(bool value) => Head(AbiWords.Of(value));

    /// <summary><c>bytes16</c>.</summary>
    public AbiWriter Add(Guid value) => Head(AbiWords.Of(value));

    public AbiWriter Add(Bytes32 value) => Head(value.ToArray());

    /// <summary>Text that is known here: a contract's name, no outsider's.</summary>
    public AbiWriter AddText(string text) => AddBytes(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary><c>bytes</c>: length, bytes, zeros up to a whole word.</summary>
    public AbiWriter AddBytes(ReadOnlySpan<byte> bytes)
    {
        var padded = new byte[checked(AbiWords.Length + (bytes.Length + AbiWords.Length - 1) / AbiWords.Length * AbiWords.Length)];
        AbiWords.Of((UInt128)(uint)bytes.Length).CopyTo(padded, 0);
        bytes.CopyTo(padded.AsSpan(AbiWords.Length));
        _parts.Add((padded, true));
        return this;
    }

    /// <summary><c>bytes32[]</c>.</summary>
    public AbiWriter AddArray(IReadOnlyList<Bytes32> values) => AddArray([.. values.Select(static v => new AbiWriter().Add(v))]);

    /// <summary>An array of tuples.</summary>
    public AbiWriter AddArray(IReadOnlyList<AbiWriter> elements)
    {
        // Where an element's tail begins is counted from behind the length.
        var body = new AbiWriter();
        foreach (var element in elements)
        {
            body.AddTuple(element);
        }

        _parts.Add(([.. AbiWords.Of((UInt128)(uint)elements.Count), .. body.ToArray()], true));
        return this;
    }

    /// <summary>A tuple within this one: in the head if all of it is static.</summary>
    public AbiWriter AddTuple(AbiWriter tuple)
    {
        _parts.Add((tuple.ToArray(), tuple.IsDynamic));
        return this;
    }

    public byte[] ToArray()
    {
        var head = _parts.Sum(static p => p.IsTail ? AbiWords.Length : p.Bytes.Length);
        var bytes = new byte[head + _parts.Sum(static p => p.IsTail ? p.Bytes.Length : 0)];
        var (at, tail) = (0, head);
        foreach (var (part, isTail) in _parts)
        {
            var here = isTail ? AbiWords.Of((UInt128)(uint)tail) : part;
            here.CopyTo(bytes, at);
            at += here.Length;
            if (isTail)
            {
                part.CopyTo(bytes, tail);
                tail += part.Length;
            }
        }

        Debug.Assert(at == head && tail == bytes.Length, "heads, then tails");
        return bytes;
    }

    private AbiWriter Head(byte[] word)
    {
        _parts.Add((word, false));
        return this;
    }
}

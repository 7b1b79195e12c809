using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace LiveLedger.Media.Protection;

/// <summary>AES-128 by the platform's library, for machines without the x86 instructions. One transform is kept, so calls allocate nothing.</summary>
internal sealed class PlatformCipher : ContentCipher
{
    private const int BatchLength = 256 * BlockLength;

    private readonly Aes _aes = Aes.Create();
    private readonly ICryptoTransform _counter;
    private readonly ICryptoTransform _chain;
    private readonly byte[] _batch = GC.AllocateArray<byte>(BatchLength, pinned: true);
    private readonly byte[] _last = new byte[BlockLength];

    public PlatformCipher(ReadOnlySpan<byte> key)
    {
        _aes.SetKey(key);
        _aes.Padding = PaddingMode.None;
        _aes.Mode = CipherMode.ECB;
        _counter = _aes.CreateEncryptor();
        _aes.Mode = CipherMode.CBC;
        _aes.IV = _last;
        _chain = _aes.CreateEncryptor();
    }

    public override void ApplyCounter(ulong iv, ulong block, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        source.CopyTo(destination);
        var data = destination;
        while (!data.IsEmpty)
        {
            var length = Math.Min(data.Length, BatchLength);
            var blocks = (length + BlockLength - 1) / BlockLength;
            for (var i = 0; i < blocks; i++)
            {
                BinaryPrimitives.WriteUInt64BigEndian(_batch.AsSpan(i * BlockLength), iv);
                BinaryPrimitives.WriteUInt64BigEndian(_batch.AsSpan(i * BlockLength + 8), block++);
            }

            _counter.TransformBlock(_batch, 0, blocks * BlockLength, _batch, 0);
            Xor(data[..length], _batch);
            data = data[length..];
        }
    }

    public override void ApplyChain(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination, int crypt, int skip)
    {
        source.CopyTo(destination);
        var data = destination;
        // The transform goes on from its last block. XOR of that block and the IV into the first one starts the chain anew.
        Span<byte> start = stackalloc byte[BlockLength];
        iv.CopyTo(start);
        Xor(start, _last);
        var group = (crypt + skip) * BlockLength;
        for (var from = 0; data.Length - from >= BlockLength;)
        {
            // Gather encrypted blocks, transform them in one call, put them back.
            var gathered = 0;
            var to = from;
            for (; gathered < BatchLength && data.Length - to >= BlockLength; to = Next(to, crypt, group))
            {
                data.Slice(to, BlockLength).CopyTo(_batch.AsSpan(gathered));
                gathered += BlockLength;
            }

            Xor(_batch.AsSpan(0, BlockLength), start);
            start.Clear();
            _chain.TransformBlock(_batch, 0, gathered, _batch, 0);
            for (var i = 0; i < gathered; i += BlockLength, from = Next(from, crypt, group))
            {
                _batch.AsSpan(i, BlockLength).CopyTo(data[from..]);
            }

            _batch.AsSpan(gathered - BlockLength, BlockLength).CopyTo(_last);
        }
    }

    public override void Dispose()
    {
        _counter.Dispose();
        _chain.Dispose();
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_batch);
    }

    // Where the encrypted block after the one at `offset` stands.
    private static int Next(int offset, int crypt, int group)
    {
        offset += BlockLength;
        return offset % group < crypt * BlockLength ? offset : offset - offset % group + group;
    }

    private static void Xor(Span<byte> target, ReadOnlySpan<byte> mask)
    {
        var i = 0;
        for (; target.Length - i >= Vector<byte>.Count && mask.Length - i >= Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(target[i..]) ^ new Vector<byte>(mask[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] ^= mask[i];
        }
    }
}

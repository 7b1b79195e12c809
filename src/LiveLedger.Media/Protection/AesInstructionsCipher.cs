using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using AesNi = System.Runtime.Intrinsics.X86.Aes;
using Sse2 = System.Runtime.Intrinsics.X86.Sse2;

namespace LiveLedger.Media.Protection;

/// <summary>AES-128 by the x86 AES instructions (FIPS 197), which take the same time whatever the data.</summary>
/// <remarks>
/// One call of the platform's library costs more than the encrypted tenth of a usual cbcs slice; here a call costs nothing.
/// Counter blocks are independent, so eight go through the pipeline together.
/// </remarks>
internal sealed class AesInstructionsCipher : ContentCipher
{
    private const int RoundKeys = 11;
    private const int Lanes = 8;

    // Pinned, so that the collector leaves no second copy of the schedule behind.
    private readonly Vector128<byte>[] _keys = GC.AllocateArray<Vector128<byte>>(RoundKeys, pinned: true);
    private bool _disposed;

    public AesInstructionsCipher(ReadOnlySpan<byte> key)
    {
        var k = Vector128.Create(key);
        _keys[0] = k;
        // FIPS 197 §5.2; the round constant is an immediate of the instruction, so the rounds are written out.
        _keys[1] = k = Expand(k, AesNi.KeygenAssist(k, 0x01));
        _keys[2] = k = Expand(k, AesNi.KeygenAssist(k, 0x02));
        _keys[3] = k = Expand(k, AesNi.KeygenAssist(k, 0x04));
        _keys[4] = k = Expand(k, AesNi.KeygenAssist(k, 0x08));
        _keys[5] = k = Expand(k, AesNi.KeygenAssist(k, 0x10));
        _keys[6] = k = Expand(k, AesNi.KeygenAssist(k, 0x20));
        _keys[7] = k = Expand(k, AesNi.KeygenAssist(k, 0x40));
        _keys[8] = k = Expand(k, AesNi.KeygenAssist(k, 0x80));
        _keys[9] = k = Expand(k, AesNi.KeygenAssist(k, 0x1b));
        _keys[10] = Expand(k, AesNi.KeygenAssist(k, 0x36));
    }

    public static bool IsSupported => AesNi.IsSupported;

    // AggressiveOptimization on the loops: they run long from their first call, and at the first tier of the JIT they are
    // many times slower. Copying within them is hidden behind the latency of AES.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ApplyCounter(ulong iv, ulong block, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);
        var upper = BinaryPrimitives.ReverseEndianness(iv);
        var keys = _keys.AsSpan(0, RoundKeys);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        nuint offset = 0;
        var length = (nuint)source.Length;
        for (; length - offset >= Lanes * BlockLength; offset += Lanes * BlockLength, block += Lanes)
        {
            ApplyEight(
                upper, block, keys, ref Unsafe.AddByteOffset(ref from, offset), ref Unsafe.AddByteOffset(ref to, offset));
        }

        for (; length - offset >= BlockLength; offset += BlockLength, block++)
        {
            var stream = Encrypt(Counter(upper, block), keys);
            (Vector128.LoadUnsafe(ref from, offset) ^ stream).StoreUnsafe(ref to, offset);
        }

        if (offset < length)
        {
            Span<byte> stream = stackalloc byte[BlockLength];
            Encrypt(Counter(upper, block), keys).CopyTo(stream);
            for (var i = (int)offset; i < source.Length; i++)
            {
                destination[i] = (byte)(source[i] ^ stream[i - (int)offset]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ApplyChain(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination, int crypt, int skip)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);
        var keys = _keys.AsSpan(0, RoundKeys);
        var chain = Vector128.Create(iv);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        nuint offset = 0;
        var length = (nuint)source.Length;
        var left = crypt;
        while (length - offset >= BlockLength)
        {
            chain = Encrypt(chain ^ Vector128.LoadUnsafe(ref from, offset), keys);
            chain.StoreUnsafe(ref to, offset);
            offset += BlockLength;
            if (--left == 0)
            {
                left = crypt;
                for (var i = skip; i > 0 && length - offset >= BlockLength; i--, offset += BlockLength)
                {
                    Vector128.LoadUnsafe(ref from, offset).StoreUnsafe(ref to, offset);
                }
            }
        }

        source[(int)offset..].CopyTo(destination[(int)offset..]);
    }

    public override void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_keys.AsSpan()));
    }

    private static Vector128<byte> Expand(Vector128<byte> key, Vector128<byte> assist)
    {
        // The last word of the assist, in all four places.
        var word = Vector128.Shuffle(assist.AsUInt32(), Vector128.Create(3u, 3, 3, 3)).AsByte();
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 8);
        return key ^ word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(ulong upper, ulong block) =>
        Vector128.Create(upper, BinaryPrimitives.ReverseEndianness(block)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Encrypt(Vector128<byte> state, ReadOnlySpan<Vector128<byte>> keys)
    {
        // FIPS 197 §5.1, ten rounds written out: a chain of blocks waits for each of them.
        state = AesNi.Encrypt(state ^ keys[0], keys[1]);
        state = AesNi.Encrypt(AesNi.Encrypt(state, keys[2]), keys[3]);
        state = AesNi.Encrypt(AesNi.Encrypt(state, keys[4]), keys[5]);
        state = AesNi.Encrypt(AesNi.Encrypt(state, keys[6]), keys[7]);
        state = AesNi.Encrypt(AesNi.Encrypt(state, keys[8]), keys[9]);
        return AesNi.EncryptLast(state, keys[10]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyEight(ulong upper, ulong block, ReadOnlySpan<Vector128<byte>> keys, ref byte from, ref byte to)
    {
        var k = keys[0];
        var a = Counter(upper, block) ^ k;
        var b = Counter(upper, block + 1) ^ k;
        var c = Counter(upper, block + 2) ^ k;
        var d = Counter(upper, block + 3) ^ k;
        var e = Counter(upper, block + 4) ^ k;
        var f = Counter(upper, block + 5) ^ k;
        var g = Counter(upper, block + 6) ^ k;
        var h = Counter(upper, block + 7) ^ k;
        for (var round = 1; round < RoundKeys - 1; round++)
        {
            k = keys[round];
            a = AesNi.Encrypt(a, k);
            b = AesNi.Encrypt(b, k);
            c = AesNi.Encrypt(c, k);
            d = AesNi.Encrypt(d, k);
            e = AesNi.Encrypt(e, k);
            f = AesNi.Encrypt(f, k);
            g = AesNi.Encrypt(g, k);
            h = AesNi.Encrypt(h, k);
        }

        k = keys[RoundKeys - 1];
        (Vector128.LoadUnsafe(ref from, 0) ^ AesNi.EncryptLast(a, k)).StoreUnsafe(ref to, 0);
        (Vector128.LoadUnsafe(ref from, 16) ^ AesNi.EncryptLast(b, k)).StoreUnsafe(ref to, 16);
        (Vector128.LoadUnsafe(ref from, 32) ^ AesNi.EncryptLast(c, k)).StoreUnsafe(ref to, 32);
        (Vector128.LoadUnsafe(ref from, 48) ^ AesNi.EncryptLast(d, k)).StoreUnsafe(ref to, 48);
        (Vector128.LoadUnsafe(ref from, 64) ^ AesNi.EncryptLast(e, k)).StoreUnsafe(ref to, 64);
        (Vector128.LoadUnsafe(ref from, 80) ^ AesNi.EncryptLast(f, k)).StoreUnsafe(ref to, 80);
        (Vector128.LoadUnsafe(ref from, 96) ^ AesNi.EncryptLast(g, k)).StoreUnsafe(ref to, 96);
        (Vector128.LoadUnsafe(ref from, 112) ^ AesNi.EncryptLast(h, k)).StoreUnsafe(ref to, 112);
    }
}

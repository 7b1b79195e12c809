using System.Buffers.Binary;
using System.Numerics;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Keccak;

/// <summary>
/// Keccak-256 as Ethereum uses it: Keccak[c = 512] of the submission to the SHA-3 contest, padded with 0x01. FIPS 202 pads with 0x06,
/// so the platform's SHA3-256 gives other hashes.
/// </summary>
public static class Keccak256
{
    private const int Rate = 136;
    private const int Words = 25;
    private const int Rounds = 24;

    // FIPS 202 §3.2.5, the constants of iota.
    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    // FIPS 202 §3.2.2 and §3.2.3: rho and pi walk the lanes other than (0, 0) in one cycle; where each goes and how far it turns.
    private static ReadOnlySpan<byte> PiLanes => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    private static ReadOnlySpan<byte> RhoTurns => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static Bytes32 Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        Hash(data, hash);
        return new(hash);
    }

    /// <summary>Writes the 32 bytes of the hash to the start of <paramref name="destination"/>; allocates nothing.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Span<ulong> state = stackalloc ulong[Words];
        state.Clear();
        for (; data.Length >= Rate; data = data[Rate..])
        {
            Absorb(state, data[..Rate]);
        }

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        for (var i = 0; i < Bytes32.Length / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(i * sizeof(ulong))..], state[i]);
        }
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / sizeof(ulong); i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
        }

        Permute(state);
    }

    private static void Permute(Span<ulong> state)
    {
        Span<ulong> row = stackalloc ulong[5];
        for (var round = 0; round < Rounds; round++)
        {
            // theta
            for (var x = 0; x < 5; x++)
            {
                row[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }

            for (var x = 0; x < 5; x++)
            {
                var turned = row[(x + 4) % 5] ^ BitOperations.RotateLeft(row[(x + 1) % 5], 1);
                for (var y = 0; y < Words; y += 5)
                {
                    state[y + x] ^= turned;
                }
            }

            // rho and pi
            var lane = state[1];
            for (var i = 0; i < PiLanes.Length; i++)
            {
                var to = PiLanes[i];
                (state[to], lane) = (BitOperations.RotateLeft(lane, RhoTurns[i]), state[to]);
            }

            // chi
            for (var y = 0; y < Words; y += 5)
            {
                state.Slice(y, 5).CopyTo(row);
                for (var x = 0; x < 5; x++)
                {
                    state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
                }
            }

            // iota
            state[0] ^= RoundConstants[round];
        }
    }
}

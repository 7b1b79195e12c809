using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Secp256k1;

/// <summary>
/// An account's signature as wallets give it: r ‖ s ‖ v, of which the account that signed is computed (SEC 1 §4.1.6; yellow paper,
/// appendix F). Who signed comes out of any signature and any hash, so it says something only where it is compared.
/// </summary>
public readonly record struct RecoverableSignature
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 65;

    private const int CoordinateLength = 32;

    // SEC 2 §2.4.1.
    private const string CurveOid = "1.3.132.0.10";

    private static readonly BigInteger s_halfOrder = CurvePoint.Order / 2;
    private static readonly Lazy<bool> s_platformHasCurve = new(PlatformHasCurve);

    private readonly BigInteger _r;
    private readonly BigInteger _s;
    private readonly bool _isOdd;

    private RecoverableSignature(BigInteger r, BigInteger s, bool isOdd) => (_r, _s, _isOdd) = (r, s, isOdd);

    /// <summary>Takes a signature from outside: r and s in range, s in the lower half (EIP-2: otherwise every signature would have a second form), v 27, 28, 0 or 1.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RecoverableSignature signature)
    {
        signature = default;
        if (bytes.Length != Length || bytes[^1] is not (0 or 1 or 27 or 28))
        {
            return false;
        }

        var (r, s) = (Number(bytes[..CoordinateLength]), Number(bytes[CoordinateLength..^1]));
        if (r.IsZero || r >= CurvePoint.Order || s.IsZero || s > s_halfOrder)
        {
            return false;
        }

        signature = new(r, s, bytes[^1] is 1 or 28);
        return true;
    }

    /// <summary>The bytes r ‖ s ‖ v, v being 27 or 28, as contracts take them (OpenZeppelin's ECDSA, for one, knows no other).</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Write(_r, bytes.AsSpan(0, CoordinateLength));
        Write(_s, bytes.AsSpan(CoordinateLength, CoordinateLength));
        bytes[^1] = (byte)(_isOdd ? 28 : 27);
        return bytes;
    }

    /// <summary>The account whose key signed this hash; false if there is none.</summary>
    public bool TryRecover(Bytes32 hash, out Address signer)
    {
        signer = default;
        if (!TryComputeKey(hash, out var coordinates) || (s_platformHasCurve.Value && !PlatformAgrees(coordinates, hash)))
        {
            return false;
        }

        signer = AddressOf(coordinates);
        return true;
    }

    /// <summary>The key's x ‖ y by our own arithmetic alone.</summary>
    internal bool TryComputeKey(Bytes32 hash, out byte[] coordinates)
    {
        coordinates = new byte[2 * CoordinateLength];
        if (!CurvePoint.TryLift(_r, _isOdd, out var point))
        {
            return false;
        }

        // SEC 1 §4.1.6: Q = r⁻¹(sR − eG). An x between the order and the prime cannot be said with these v.
        var inverse = BigInteger.ModPow(_r, CurvePoint.Order - 2, CurvePoint.Order);
        var e = Number(hash.ToArray()) % CurvePoint.Order;
        var key = CurvePoint.Combine(_s * inverse % CurvePoint.Order, point, (CurvePoint.Order - e) * inverse % CurvePoint.Order, CurvePoint.Base);
        if (key.IsInfinity)
        {
            return false;
        }

        var (x, y) = key.ToAffine();
        Write(x, coordinates.AsSpan(0, CoordinateLength));
        Write(y, coordinates.AsSpan(CoordinateLength));
        return true;
    }

    // The account of a key: the last 20 bytes of the hash of its coordinates (yellow paper, appendix F).
    private static Address AddressOf(ReadOnlySpan<byte> coordinates) => new(Keccak256.Of(coordinates).ToArray().AsSpan(Bytes32.Length - Address.Length));

    // A second opinion, by code that others wrote: the key that was computed verifies the signature.
    private bool PlatformAgrees(byte[] coordinates, Bytes32 hash)
    {
        var signature = new byte[2 * CoordinateLength];
        Write(_r, signature.AsSpan(0, CoordinateLength));
        Write(_s, signature.AsSpan(CoordinateLength));
        try
        {
            using var key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.CreateFromValue(CurveOid),
                Q = new ECPoint { X = coordinates[..CoordinateLength], Y = coordinates[CoordinateLength..] },
            });
            return key.VerifyHash(hash.ToArray(), signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "what a platform throws for a curve it has not is its own affair")]
    private static bool PlatformHasCurve()
    {
        try
        {
            using var key = ECDsa.Create(ECCurve.CreateFromValue(CurveOid));
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger value, Span<byte> destination)
    {
        var length = value.GetByteCount(isUnsigned: true);
        destination.Clear();
        var written = value.TryWriteBytes(destination[(destination.Length - length)..], out _, isUnsigned: true, isBigEndian: true);
        System.Diagnostics.Debug.Assert(written, "a coordinate fits");
    }
}

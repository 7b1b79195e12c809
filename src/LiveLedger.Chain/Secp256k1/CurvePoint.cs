using System.Numerics;

namespace LiveLedger.Chain.Secp256k1;

/// <summary>
/// A point of secp256k1 (SEC 2 §2.4.1: y² = x³ + 7) in Jacobian coordinates: x = X/Z², y = Y/Z³, so that nothing is inverted on the
/// way. All that is computed here is public: nothing takes the same time for all values, and nothing needs to.
/// </summary>
internal readonly record struct CurvePoint(BigInteger X, BigInteger Y, BigInteger Z)
{
    /// <summary>The field's prime, 2^256 − 2^32 − 977.</summary>
    public static readonly BigInteger Prime = (BigInteger.One << 256) - (BigInteger.One << 32) - 977;

    /// <summary>How many points there are.</summary>
    public static readonly BigInteger Order = Unsigned("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    /// <summary>The point that all are multiples of.</summary>
    public static readonly CurvePoint Base = new(
        Unsigned("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        Unsigned("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"),
        BigInteger.One);

    private static readonly CurvePoint s_infinity = new(BigInteger.One, BigInteger.One, BigInteger.Zero);

    public bool IsInfinity => Z.IsZero;

    /// <summary>The point with this x and a y that is odd or even; false if there is none.</summary>
    public static bool TryLift(BigInteger x, bool odd, out CurvePoint point)
    {
        point = default;
        if (x.Sign < 0 || x >= Prime)
        {
            return false;
        }

        // The prime is 3 modulo 4, so a square's root is its power (p + 1) / 4.
        var square = (BigInteger.ModPow(x, 3, Prime) + 7) % Prime;
        var y = BigInteger.ModPow(square, (Prime + 1) / 4, Prime);
        if (y * y % Prime != square)
        {
            return false;
        }

        point = new(x, y.IsEven == odd ? Prime - y : y, BigInteger.One);
        return true;
    }

    /// <summary>a·P + b·Q, both scalars in [0, order).</summary>
    public static CurvePoint Combine(BigInteger a, CurvePoint p, BigInteger b, CurvePoint q)
    {
        var both = p.Add(q);
        var sum = s_infinity;
        for (var bit = 255; bit >= 0; bit--)
        {
            sum = sum.Double();
            var (inA, inB) = (!(a >> bit).IsEven, !(b >> bit).IsEven);
            if (inA || inB)
            {
                sum = sum.Add(inA && inB ? both : inA ? p : q);
            }
        }

        return sum;
    }

    /// <summary>The coordinates; not of infinity.</summary>
    public (BigInteger X, BigInteger Y) ToAffine()
    {
        var inverse = BigInteger.ModPow(Z, Prime - 2, Prime);
        var squared = inverse * inverse % Prime;
        return (X * squared % Prime, Y * squared % Prime * inverse % Prime);
    }

    public CurvePoint Add(CurvePoint other)
    {
        if (IsInfinity)
        {
            return other;
        }

        if (other.IsInfinity)
        {
            return this;
        }

        var (zz, otherZz) = (Z * Z % Prime, other.Z * other.Z % Prime);
        var (u, otherU) = (X * otherZz % Prime, other.X * zz % Prime);
        var (s, otherS) = (Y * otherZz % Prime * other.Z % Prime, other.Y * zz % Prime * Z % Prime);
        if (u == otherU)
        {
            return s == otherS ? Double() : s_infinity;
        }

        var h = Modulo(otherU - u);
        var r = Modulo(otherS - s);
        var hh = h * h % Prime;
        var hhh = hh * h % Prime;
        var v = u * hh % Prime;
        var x = Modulo(r * r - hhh - 2 * v);
        return new(x, Modulo(r * (v - x) - s * hhh), h * Z % Prime * other.Z % Prime);
    }

    public CurvePoint Double()
    {
        // No point has y = 0: the order is odd.
        if (IsInfinity)
        {
            return this;
        }

        var yy = Y * Y % Prime;
        var s = 4 * X * yy % Prime;
        var m = 3 * X * X % Prime;
        var x = Modulo(m * m - 2 * s);
        return new(x, Modulo(m * (s - x) - 8 * yy * yy), 2 * Y * Z % Prime);
    }

    private static BigInteger Modulo(BigInteger value)
    {
        var rest = value % Prime;
        return rest.Sign < 0 ? rest + Prime : rest;
    }

    private static BigInteger Unsigned(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
}

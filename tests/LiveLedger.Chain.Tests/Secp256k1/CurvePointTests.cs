using System.Numerics;
using LiveLedger.Chain.Secp256k1;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Secp256k1;

/// <summary>Our arithmetic by itself: elsewhere the platform's second opinion would hide its faults.</summary>
public sealed class CurvePointTests
{
    [Fact]
    public void Random_multiples_of_the_base_are_the_public_keys_of_ethers()
    {
        var random = new RandomValues(256);
        BigInteger[] scalars = [1, 2, 3, CurvePoint.Order - 1, .. Enumerable.Range(0, 30).Select(_ => new BigInteger(random.Word().ToArray(), isUnsigned: true, isBigEndian: true) % (CurvePoint.Order - 1) + 1)];
        var keys = NodeReader.Ask<Key[]>("signatures", scalars.Select(static k => new { kind = "publicKey", key = HexText.Of(Word(k)) }));
        foreach (var (scalar, key) in scalars.Zip(keys))
        {
            // In two parts, so that both points of the combination are used.
            var part = scalar / 3;
            var (x, y) = CurvePoint.Combine(part, CurvePoint.Base, scalar - part, CurvePoint.Base).ToAffine();
            Assert.Equal(key.PublicKey, HexText.Of([4, .. Word(x), .. Word(y)]));
        }
    }

    [Fact]
    public void A_point_and_itself_is_its_double_and_with_its_opposite_nothing()
    {
        Assert.True(CurvePoint.TryLift(CurvePoint.Base.X, odd: true, out var opposite));
        var (x, y) = CurvePoint.Base.ToAffine();
        Assert.Equal((x, CurvePoint.Prime - y), opposite.ToAffine());
        Assert.True(CurvePoint.Base.Add(opposite).IsInfinity);
        Assert.Equal(CurvePoint.Base.Double().ToAffine(), CurvePoint.Base.Add(CurvePoint.Base).ToAffine());
        Assert.True(CurvePoint.Combine(CurvePoint.Order - 1, CurvePoint.Base, 1, CurvePoint.Base).IsInfinity);
        Assert.True(CurvePoint.Combine(0, CurvePoint.Base, 0, opposite).IsInfinity);
    }

    [Fact]
    public void An_x_is_lifted_to_both_points_it_has_or_to_none()
    {
        Assert.True(CurvePoint.TryLift(CurvePoint.Base.X, odd: false, out var point));
        Assert.Equal(CurvePoint.Base, point);
        Assert.False(CurvePoint.TryLift(5, odd: false, out _));
        Assert.False(CurvePoint.TryLift(CurvePoint.Prime + CurvePoint.Base.X, odd: false, out _));
        Assert.False(CurvePoint.TryLift(-1, odd: false, out _));
    }

    private static byte[] Word(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    private sealed record Key(string PublicKey);
}

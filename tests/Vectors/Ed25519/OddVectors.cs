using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Vectors.Ed25519;

/// <summary>
/// <c>tests/Vectors/ed25519-odd.json</c>: keys of low or mixed order, keys and R in forms of their own, S beyond the order. Verifiers differ on them (WebCrypto takes low-order keys, libsodium does not);
/// ours, which take keys only where <see cref="Ed25519PublicKey.TryParse(ReadOnlySpan{byte}, out Ed25519PublicKey)"/> does, say the same of each. Made by the player's tests, with another library.
/// </summary>
public sealed class OddVectors
{
    private sealed record Odd(string Name, string Public, string Message, string Signature, string Expected);

    private sealed record OddFile(IReadOnlyList<Odd> Cases);

    private static readonly IReadOnlyList<Odd> s_cases =
        JsonSerializer.Deserialize<OddFile>(File.ReadAllText(Repository.Vector("ed25519-odd.json")), JsonSerializerOptions.Web)!.Cases;

    public static TheoryData<string> Names => [.. s_cases.Select(static c => c.Name)];

    [Fact]
    public void There_are_46_of_them_and_one_is_not_odd()
    {
        Assert.Equal(46, s_cases.Count);
        Assert.Single(s_cases, static c => c.Expected == "holds");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Libsodium_behind_our_door_says_what_webcrypto_says_behind_its(string name)
    {
        var odd = s_cases.Single(c => c.Name == name);
        var said = !Ed25519PublicKey.TryParse(Convert.FromHexString(odd.Public), out var key) ? "refused"
            : key.Verify(Convert.FromHexString(odd.Message), Convert.FromHexString(odd.Signature)) ? "holds" : "not";
        Assert.Equal(odd.Expected, said);
    }
}

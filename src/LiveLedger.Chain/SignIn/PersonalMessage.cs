using System.Globalization;
using System.Text;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.SignIn;

/// <summary>What a wallet signs of a text (EIP-191, version 0x45): the prefix keeps it from being a transaction.</summary>
public static class PersonalMessage
{
    /// <summary>The hash that is signed.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> message) => Keccak256.Of(
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\u0019Ethereum Signed Message:\n{message.Length}")), .. message]);
}

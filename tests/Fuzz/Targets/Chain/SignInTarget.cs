using System.Text;
using LiveLedger.Chain.SignIn;

namespace LiveLedger.Fuzz.Targets.Chain;

/// <summary>Sign-in messages: what is read can be written, and reads as the same.</summary>
internal static class SignInTarget
{
    public static FuzzTarget Create() => new("sign-in",
    [
        "live.example wants you to sign in with your Ethereum account:\n0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n\nURI: https://live.example/a%20b?c#d\nVersion: 1\nChain ID: 31337\nNonce: abcdef0123456789\nIssued At: 2026-11-23T14:00:00Z"u8.ToArray(),
        "https://u@[2001:db8::1]:443 wants you to sign in with your Ethereum account:\n0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\nAll of it.\n\nURI: urn:a:b\nVersion: 1\nChain ID: 1\nNonce: 12345678\nIssued At: 2026-11-23T14:00:00.123456+01:00\nExpiration Time: 9999-12-31T23:59:59Z\nNot Before: 0001-01-01T00:00:00Z\nRequest ID: \nResources:\n- ipfs://a/\n- https://b.example"u8.ToArray(),
    ], static input =>
    {
        if (!SignInMessage.TryParse(input, out var message))
        {
            return;
        }

        if (!message.TryFormat(out var text) || !SignInMessage.TryParse(Encoding.ASCII.GetBytes(text), out var again) || !again.TryFormat(out var same) || same != text)
        {
            throw new FuzzException("a message that was read is not written");
        }
    });
}

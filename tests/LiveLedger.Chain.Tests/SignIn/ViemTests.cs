using System.Text;
using LiveLedger.Chain.SignIn;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.SignIn;

/// <summary>Messages that viem writes and signs are taken, what it refuses is refused, and it reads ours.</summary>
public sealed class ViemTests
{
    private const string Key = "0x0123456789012345678901234567890123456789012345678901234567890123";

    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);

    private static readonly Fields s_good = new("live.example", "https://live.example/watch/1", 31337, "abcdef0123456789", "2026-11-23T13:59:58.123Z");

    /// <summary>What wallets' pages ask for.</summary>
    private static readonly Fields[] s_all =
    [
        s_good,
        s_good with { Statement = "Link this wallet, to watch with its tickets." },
        s_good with { Scheme = "https" },
        s_good with { Domain = "localhost:5173" },
        s_good with { Domain = "127.0.0.1:8080" },
        s_good with { ExpirationTime = "2026-11-23T14:10:00.000Z", NotBefore = "2026-11-23T13:59:00.000Z", RequestId = "request-7" },
        s_good with { Resources = ["https://live.example/terms", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"] },
        s_good with { Resources = [] },
        s_good with { Statement = "All of it.", Scheme = "https", ExpirationTime = "2026-11-23T14:10:00.000Z", RequestId = "1", Resources = ["https://live.example/?a=b#c"] },
    ];

    [Fact]
    public void What_viem_writes_and_signs_is_a_sign_in()
    {
        foreach (var (fields, answer) in Write(s_all))
        {
            var verdict = Check(fields).Verify(Encoding.UTF8.GetBytes(answer.Message!), Convert.FromHexString(answer.Signature![2..]), s_now);
            Assert.True(verdict.Result == SignInResult.Valid, $"{verdict.Result}: {answer.Message}");
            Assert.Equal(fields.Statement, verdict.Message!.Statement);
            Assert.Equal(fields.Resources, verdict.Message.Resources);
            Assert.Equal(fields.RequestId, verdict.Message.RequestId);
            Assert.NotNull(verdict.Account);
        }
    }

    [Fact]
    public void What_we_write_viem_reads_and_writes_the_same()
    {
        var ours = Write(s_all).Select(static w => Parse(w.Answer.Message!)).ToArray();
        var texts = ours.Select(static m => m.TryFormat(out var text) ? text : throw new InvalidOperationException()).ToArray();
        Assert.Equal(Write(s_all).Select(static w => w.Answer.Message), texts);

        var read = NodeReader.Ask<Read[]>("siwe", texts.Select(static t => new { kind = "read", message = t }));
        foreach (var (message, viem) in ours.Zip(read.Select(static r => r.Fields)))
        {
            Assert.Equal(message.Domain, viem.Domain);
            Assert.Equal(message.Address.ToChecksumText(), viem.Address);
            Assert.Equal(message.Statement, viem.Statement);
            Assert.Equal(message.Uri, viem.Uri);
            Assert.Equal(message.Chain.Value, viem.ChainId);
            Assert.Equal(message.Nonce, viem.Nonce);
            Assert.Equal(message.IssuedAt, DateTimeOffset.Parse(viem.IssuedAt, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(message.Scheme, viem.Scheme);
            Assert.Equal(message.RequestId, viem.RequestId);
            Assert.Equal(message.Resources ?? [], viem.Resources ?? []);
        }
    }

    [Fact]
    public void What_viem_refuses_to_write_we_neither_write_nor_read()
    {
        Fields[] bad =
        [
            s_good with { Domain = "live example" }, s_good with { Domain = "https://live.example" }, s_good with { Domain = "live.example/path" }, s_good with { Domain = "" },
            s_good with { Nonce = "short12" }, s_good with { Nonce = "with-dash" }, s_good with { Nonce = "" },
            s_good with { Uri = "live.example" }, s_good with { Uri = "https://live.example/%g" }, s_good with { Uri = "https://live.example/ü" }, s_good with { Uri = "" },
            s_good with { Scheme = "1https" }, s_good with { Scheme = "ht tps" },
            s_good with { Statement = "two\nlines" },
            s_good with { Resources = ["no uri"] }, s_good with { Resources = ["https://a.example", "x"] },
        ];
        foreach (var (fields, answer) in Write(bad))
        {
            Assert.True(answer.Refused, $"viem wrote {answer.Message}");
            Assert.False(Ours(fields).TryFormat(out _), fields.ToString());

            // With a scheme before the domain it is a message: of that scheme, and another domain.
            Assert.False(SignInMessage.TryParse(Encoding.UTF8.GetBytes(ByHand(fields)), out var read) && read.Domain == fields.Domain, fields.ToString());
        }

        // The same hand writes what is read.
        Assert.All(s_all, static f => Assert.True(SignInMessage.TryParse(Encoding.UTF8.GetBytes(ByHand(f)), out _), f.ToString()));
    }

    [Fact]
    public void A_good_message_for_something_else_is_refused_for_its_reason()
    {
        var (fields, answer) = Write([s_good with { Scheme = "https", ExpirationTime = "2026-11-23T14:05:00.000Z", NotBefore = "2026-11-23T13:59:59.000Z" }])[0];
        var message = Encoding.UTF8.GetBytes(answer.Message!);
        var signature = Convert.FromHexString(answer.Signature![2..]);
        var check = Check(fields);
        SignInResult Result(SignInCheck other, DateTimeOffset now) => other.Verify(message, signature, now).Result;

        Assert.Equal(SignInResult.Valid, Result(check, s_now));
        Assert.Equal(SignInResult.WrongScheme, Result(check with { Scheme = "http" }, s_now));
        Assert.Equal(SignInResult.WrongDomain, Result(check with { Domain = "evil.example" }, s_now));
        Assert.Equal(SignInResult.WrongUri, Result(check with { Uri = "https://live.example/watch/2" }, s_now));
        Assert.Equal(SignInResult.WrongChain, Result(check with { Chain = new(1) }, s_now));
        Assert.Equal(SignInResult.WrongNonce, Result(check with { Nonce = "abcdef0123456780" }, s_now));

        var issued = new DateTimeOffset(2026, 11, 23, 13, 59, 58, 123, TimeSpan.Zero);
        Assert.Equal(SignInResult.IssuedInFuture, Result(check, issued - check.Tolerance - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(SignInResult.NotYetValid, Result(check, issued - check.Tolerance));
        Assert.Equal(SignInResult.NotYetValid, Result(check, new(2026, 11, 23, 13, 59, 58, 999, TimeSpan.Zero)));
        Assert.Equal(SignInResult.Valid, Result(check, new(2026, 11, 23, 13, 59, 59, TimeSpan.Zero)));
        Assert.Equal(SignInResult.Valid, Result(check, new(2026, 11, 23, 14, 4, 59, 999, TimeSpan.Zero)));
        Assert.Equal(SignInResult.Expired, Result(check, new(2026, 11, 23, 14, 5, 0, TimeSpan.Zero)));
        Assert.Equal(SignInResult.Expired, Result(check, issued + check.MaxAge + check.Tolerance));
        Assert.Equal(SignInResult.IssuedLongAgo, Result(check, issued + check.MaxAge + check.Tolerance + TimeSpan.FromMilliseconds(1)));

        Assert.Equal(SignInResult.SignatureMalformed, check.Verify(message, signature[..64], s_now).Result);
        Assert.Equal(SignInResult.MessageMalformed, check.Verify([.. message, (byte)'\n'], signature, s_now).Result);
        Assert.Null(check.Verify(message, signature[..64], s_now).Account);
    }

    [Fact]
    public void A_signature_by_another_key_or_of_another_text_is_refused()
    {
        var (fields, answer) = Write([s_good])[0];
        var message = answer.Message!;
        var later = message.Replace("13:59:58.123Z", "13:59:59.123Z", StringComparison.Ordinal);
        var byAnother = NodeReader.Ask<Written[]>("siwe", new[] { new { kind = "sign", key = "0x" + new string('9', 64), message } })[0];
        Assert.Equal(SignInResult.WrongSigner, Check(fields).Verify(Encoding.UTF8.GetBytes(message), Convert.FromHexString(byAnother.Signature![2..]), s_now).Result);
        Assert.Equal(SignInResult.WrongSigner, Check(fields).Verify(Encoding.UTF8.GetBytes(later), Convert.FromHexString(answer.Signature![2..]), s_now).Result);
    }

    private static SignInCheck Check(Fields fields) => new() { Domain = fields.Domain, Uri = fields.Uri, Chain = new(fields.ChainId), Nonce = fields.Nonce };

    private static SignInMessage Parse(string text)
    {
        Assert.True(SignInMessage.TryParse(Encoding.UTF8.GetBytes(text), out var message), text);
        return message;
    }

    private static SignInMessage Ours(Fields fields) => new()
    {
        Scheme = fields.Scheme,
        Domain = fields.Domain,
        Address = default,
        Statement = fields.Statement,
        Uri = fields.Uri,
        Chain = new(fields.ChainId),
        Nonce = fields.Nonce,
        IssuedAt = s_now,
        Resources = fields.Resources,
    };

    // The text that viem's template would give, had it not refused.
    private static string ByHand(Fields fields) =>
        $"{(fields.Scheme is null ? "" : fields.Scheme + "://")}{fields.Domain} wants you to sign in with your Ethereum account:\n0x{new string('0', 40)}\n\n"
        + $"{(fields.Statement is null ? "" : fields.Statement + "\n")}\nURI: {fields.Uri}\nVersion: 1\nChain ID: {fields.ChainId}\nNonce: {fields.Nonce}\nIssued At: {fields.IssuedAt}"
        + (fields.Resources is null ? "" : "\nResources:" + string.Concat(fields.Resources.Select(static r => $"\n- {r}")));

    private static (Fields Fields, Written Answer)[] Write(Fields[] all) =>
        [.. all.Zip(NodeReader.Ask<Written[]>("siwe", all.Select(static f => new { kind = "write", key = Key, fields = f })))];

    private sealed record Fields(string Domain, string Uri, ulong ChainId, string Nonce, string IssuedAt)
    {
        public string? Scheme { get; init; }

        public string? Statement { get; init; }

        public string? ExpirationTime { get; init; }

        public string? NotBefore { get; init; }

        public string? RequestId { get; init; }

        public string[]? Resources { get; init; }
    }

    private sealed record Written(string? Message, string? Signature, bool Refused);

    private sealed record Read(ReadFields Fields);

    private sealed record ReadFields(
        string Domain, string Address, string? Statement, string Uri, ulong ChainId, string Nonce, string IssuedAt, string? Scheme, string? RequestId, string[]? Resources);
}

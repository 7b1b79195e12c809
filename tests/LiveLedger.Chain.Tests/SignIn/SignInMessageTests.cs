using System.Text;
using LiveLedger.Chain.SignIn;

namespace LiveLedger.Chain.Tests.SignIn;

public sealed class SignInMessageTests
{
    // The first example of ERC-4361.
    private const string Example = """
        example.com wants you to sign in with your Ethereum account:
        0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

        I accept the ExampleOrg Terms of Service: https://example.com/tos

        URI: https://example.com/login
        Version: 1
        Chain ID: 1
        Nonce: 32891756
        Issued At: 2021-09-30T16:25:24Z
        Resources:
        - ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
        - https://example.com/my-web2-claim.json
        """;

    [Fact]
    public void The_standards_example_is_read()
    {
        var message = Parse(Example);
        Assert.NotNull(message);
        Assert.Equal("example.com", message.Domain);
        Assert.Null(message.Scheme);
        Assert.Equal("I accept the ExampleOrg Terms of Service: https://example.com/tos", message.Statement);
        Assert.Equal("https://example.com/login", message.Uri);
        Assert.Equal(new ChainId(1), message.Chain);
        Assert.Equal("32891756", message.Nonce);
        Assert.Equal(new DateTimeOffset(2021, 9, 30, 16, 25, 24, TimeSpan.Zero), message.IssuedAt);
        Assert.Null(message.ExpirationTime);
        Assert.Null(message.NotBefore);
        Assert.Null(message.RequestId);
        Assert.Equal(2, message.Resources!.Count);
    }

    [Theory]
    [InlineData("example.com wants", "https://example.com wants")]
    [InlineData("example.com wants", "example.com:3388 wants")]
    [InlineData("example.com wants", "user@example.com wants")]
    [InlineData("example.com wants", "[2001:db8::1]:443 wants")]
    [InlineData("I accept the ExampleOrg Terms of Service: https://example.com/tos\n", "")]
    [InlineData("Chain ID: 1", "Chain ID: 18446744073709551615")]
    [InlineData("16:25:24Z", "16:25:24.123456789+14:00")]
    [InlineData("16:25:24Z", "16:25:24Z\nExpiration Time: 2021-09-30T16:25:24-01:30\nNot Before: 2021-09-30T16:25:24Z\nRequest ID: a%20b:c@d")]
    [InlineData("16:25:24Z", "16:25:24Z\nRequest ID: ")]
    [InlineData("https://example.com/login", "did:example:123?service=a#key-1")]
    [InlineData("https://example.com/login", "file:///a%2fb")]
    public void What_the_grammar_allows_is_read(string from, string to) => Assert.NotNull(Parse(Change(from, to)));

    [Theory]
    [InlineData("example.com wants", " wants")]
    [InlineData("example.com wants", "https:// wants")]
    [InlineData("example.com wants", "1https://example.com wants")]
    [InlineData("example.com wants", "example.com/path wants")]
    [InlineData("example.com wants", "example.com?query wants")]
    [InlineData("example.com wants", "exa mple.com wants")]
    [InlineData("example.com wants", "example.com: a wants")]
    [InlineData("example.com wants", "example.com:port wants")]
    [InlineData("example.com wants", "a@b@example.com wants")]
    [InlineData("example.com wants", "[::1 wants")]
    [InlineData("example.com wants", "[::1]x wants")]
    [InlineData("example.com wants", "[abcd] wants")]
    [InlineData("example.com wants", "[:] wants")]
    [InlineData("example.com wants", "b%c3%bccher.example% wants")]
    [InlineData("account:\n", "account: \n")]
    [InlineData("account:\n", "account:\r\n")]
    [InlineData("0xC02a", "0xc02a")]
    [InlineData("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")]
    [InlineData("56Cc2\n", "56Cc\n")]
    [InlineData("56Cc2\n\n", "56Cc2\n")]
    [InlineData("/tos\n\n", "/tos\n")]
    [InlineData("/tos\n\n", "/tos\nmore\n\n")]
    [InlineData("/tos\n\n", "/tos\n\n\n")]
    [InlineData("I accept", "I \"accept\"")]
    [InlineData("I accept", "I accept\u00e9")]
    [InlineData("I accept", "I\taccept")]
    [InlineData("URI: ", "Uri: ")]
    [InlineData("https://example.com/login", "example.com/login")]
    [InlineData("https://example.com/login", "/login")]
    [InlineData("https://example.com/login", "https://example.com/lo gin")]
    [InlineData("https://example.com/login", "https://example.com/lo%2")]
    [InlineData("https://example.com/login", "https://example.com/lo%zz")]
    [InlineData("https://example.com/login", "https://example.com/lo%2z")]
    [InlineData("https://example.com/login", "https://example.com/lo[gin]")]
    [InlineData("https://example.com/login", "https://example.com/login#a#b")]
    [InlineData("https://example.com/login", "https://exa^mple.com")]
    [InlineData("https://example.com/login", "")]
    [InlineData("Version: 1", "Version: 2")]
    [InlineData("Version: 1\n", "")]
    [InlineData("Chain ID: 1", "Chain ID: ")]
    [InlineData("Chain ID: 1", "Chain ID: 01")]
    [InlineData("Chain ID: 1", "Chain ID: -1")]
    [InlineData("Chain ID: 1", "Chain ID: 0x1")]
    [InlineData("Chain ID: 1", "Chain ID: 18446744073709551616")]
    [InlineData("32891756", "3289175")]
    [InlineData("32891756", "3289175-")]
    [InlineData("Nonce: 32891756\n", "")]
    [InlineData("Nonce: 32891756\n", "Nonce: 32891756\nNonce: 32891756\n")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30 16:25:24Z")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-31T16:25:24Z")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T24:00:00Z")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:60Z")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24.Z")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24.1234567890Z")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24+0100")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24+24:00")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24+01:60")]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24Z ")]
    [InlineData("2021-09-30T16:25:24Z", "0001-01-01T00:00:00+01:00")]
    [InlineData("2021-09-30T16:25:24Z", "9999-12-31T23:59:59-01:00")]
    [InlineData("16:25:24Z", "16:25:24Z\nNot Before: 2021-09-30T16:25:24Z\nExpiration Time: 2021-09-30T16:25:24Z")]
    [InlineData("16:25:24Z", "16:25:24Z\nExpiration Time: soon")]
    [InlineData("16:25:24Z", "16:25:24Z\nRequest ID: a/b")]
    [InlineData("Resources:\n", "Resources: \n")]
    [InlineData("Resources:\n", "Resources:\n\n")]
    [InlineData("- https://example.com", "* https://example.com")]
    [InlineData("- https://example.com", "- example.com")]
    [InlineData("claim.json", "claim.json\n")]
    [InlineData("claim.json", "claim.json\nmore")]
    public void What_the_grammar_does_not_allow_is_refused(string from, string to) => Assert.Null(Parse(Change(from, to)));

    [Fact]
    public void Every_shortening_that_is_not_a_message_is_refused_and_nothing_throws()
    {
        for (var length = 0; length < Example.Length; length++)
        {
            var message = Parse(Example[..length]);
            Assert.True(message is null || length > Example.IndexOf("16:25:24Z", StringComparison.Ordinal), $"{length} characters");
        }
    }

    [Fact]
    public void Bounds_of_length_resources_and_nonce_are_held()
    {
        var line = "\n- https://example.com/" + new string('a', 20);
        Assert.NotNull(Parse(Example + string.Concat(Enumerable.Repeat(line, 30))));
        Assert.Null(Parse(Example + string.Concat(Enumerable.Repeat(line, 31))));
        Assert.NotNull(Parse(Change("32891756", new string('9', 128))));
        Assert.Null(Parse(Change("32891756", new string('9', 129))));
        Assert.NotNull(Parse(Example + new string('a', SignInMessage.MaxLength - Example.Length)));
        Assert.Null(Parse(Example + new string('a', SignInMessage.MaxLength - Example.Length + 1)));
    }

    [Theory]
    [InlineData("a statement\nURI: https://evil.example")]
    [InlineData("\u00fcber")]
    [InlineData("")]
    public void A_statement_that_would_make_another_message_is_not_written(string statement)
        => Assert.False((Parse(Example)! with { Statement = statement }).TryFormat(out _));

    [Fact]
    public void A_field_that_would_run_into_the_next_is_not_written()
    {
        var good = Parse(Example)!;
        Assert.True(good.TryFormat(out _));
        Assert.False((good with { Nonce = "32891756\nIssued At: 2021-09-30T16:25:24Z" }).TryFormat(out _));
        Assert.False((good with { Uri = "https://example.com\nVersion: 1" }).TryFormat(out _));
        Assert.False((good with { Domain = "https://example.com" }).TryFormat(out _));
        Assert.False((good with { RequestId = "a\nResources:" }).TryFormat(out _));
        Assert.False((good with { Resources = ["https://example.com\n- https://example.com"] }).TryFormat(out _));
    }

    [Fact]
    public void A_message_is_written_as_the_standard_shows_it()
    {
        Assert.True(Parse(Example)!.TryFormat(out var text));
        Assert.Equal(Example.Replace(":24Z", ":24.000Z", StringComparison.Ordinal), text);
    }

    private static SignInMessage? Parse(string text) => SignInMessage.TryParse(Encoding.UTF8.GetBytes(text), out var message) ? message : null;

    private static string Change(string from, string to)
    {
        Assert.Contains(from, Example, StringComparison.Ordinal);
        return Example.Replace(from, to, StringComparison.Ordinal);
    }
}

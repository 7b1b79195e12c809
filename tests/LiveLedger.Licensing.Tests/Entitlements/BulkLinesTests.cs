using LiveLedger.Licensing.Entitlements;

namespace LiveLedger.Licensing.Tests.Entitlements;

public sealed class BulkLinesTests
{
    [Fact]
    public void Both_kinds_of_file_say_the_same()
    {
        BulkLine?[] expected = [new("ann, \"the\" first", "o1", null), new("bob", null, "order-7"), null, new("ü", null, null)];
        Assert.Equal(expected, BulkLines.Read(new StringReader("""
            {"viewer":"ann, \"the\" first","offer":"o1"}

            {"viewer":"bob","key":"order-7","note":1}
            {"viewer":
            {"viewer":"ü"}
            """), csv: false));
        Assert.Equal(expected, BulkLines.Read(new StringReader("""
            viewer,offer,note,key
            "ann, ""the"" first",o1,,
            bob,,1,order-7
            "bob,,1,order-7
            ü,,"",
            """), csv: true));
    }

    [Theory]
    [InlineData("a,b,c")]
    [InlineData("\"a\"b,c")]
    [InlineData("\"a")]
    [InlineData("a")]
    public void A_line_of_another_form_is_none(string line) => Assert.Null(Assert.Single(BulkLines.Read(new StringReader($"viewer,offer\n{line}"), csv: true)));
}

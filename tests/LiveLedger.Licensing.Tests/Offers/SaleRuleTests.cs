using LiveLedger.Harness;
using LiveLedger.Licensing.Offers;

namespace LiveLedger.Licensing.Tests.Offers;

/// <summary>Each bound of a sale, from both sides. docs/licensing.md shows these rows.</summary>
public sealed class SaleRuleTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 20, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private static readonly (string Case, TimeWindow Sale, bool IsWithdrawn, SaleDecision Decision)[] s_rows =
    [
        ("1 s before it opens", new(s_now + s_second, null), false, SaleDecision.OfferNotOnSale),
        ("as it opens", new(s_now, null), false, SaleDecision.Granted),
        ("1 s before it closes", new(null, s_now + s_second), false, SaleDecision.Granted),
        ("as it closes", new(null, s_now), false, SaleDecision.OfferNotOnSale),
        ("open, and the offer was withdrawn", default, true, SaleDecision.OfferWithdrawn),
        ("closed, and the offer was withdrawn", new(null, s_now), true, SaleDecision.OfferWithdrawn),
    ];

    [Fact]
    public void Each_row_of_the_table_holds() => Assert.All(s_rows, static row =>
        Assert.Equal(row.Decision, SaleRule.Decide(OfferTerms.Open with { Sale = row.Sale }, new(s_now, row.IsWithdrawn))));

    [Fact]
    public void The_page_shows_the_table()
    {
        var expected = string.Join('\n', s_rows.Select(static row => $"| sale window | {row.Case} | `{CodeOf(row.Decision)}` |"));
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "licensing.md"));
        Assert.True(page.Contains(expected, StringComparison.Ordinal), $"docs/licensing.md needs these rows:\n{expected}");
    }

    private static string CodeOf(SaleDecision decision) => decision switch
    {
        SaleDecision.OfferWithdrawn => "offer-withdrawn",
        SaleDecision.OfferNotOnSale => "offer-not-on-sale",
        _ => "granted",
    };
}

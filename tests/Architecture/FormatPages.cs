using System.Text.RegularExpressions;

namespace LiveLedger.Architecture;

/// <summary>A page about bytes names the files that write and read them.</summary>
public sealed partial class FormatPages
{
    private const string Marker = "Kept in step with:";

    public static TheoryData<string> All => [.. Repository.WithExtension(".md", "docs/formats/")];

    [Fact]
    public void There_are_pages_to_look_at() => Assert.NotEmpty(All);

    [Theory]
    [MemberData(nameof(All))]
    public void A_format_page_ends_in_the_files_it_is_kept_in_step_with_and_they_exist(string page)
    {
        var text = Repository.Text(page);
        var at = text.LastIndexOf(Marker, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{page} does not say \"{Marker}\"");

        var named = Quoted().Matches(text[at..]).Select(static m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, static n => Assert.True(
            n.EndsWith('/') ? Repository.Files.Any(f => f.StartsWith(n, StringComparison.Ordinal)) : Repository.Files.Contains(n),
            $"{n} does not exist"));

        // It ends there: nothing but the list follows.
        Assert.Matches(@"^[\s,`.\w/-]*$", text[(at + Marker.Length)..]);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}

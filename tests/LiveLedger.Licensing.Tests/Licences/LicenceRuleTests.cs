using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Licences;

public sealed class LicenceRuleTests
{
    private static readonly KeyUse? s_audio = new KeyUse(TrackClass.Audio, 0);
    private static readonly KeyUse? s_hd = new KeyUse(TrackClass.Hd, 0);

    /// <summary>Broadcast exists, standing, what was asked for, and what comes of it in policies for all classes and for audio and SD.</summary>
    internal static readonly (bool Exists, Standing Standing, KeyUse?[] Asked, LicenceDecision All, LicenceDecision AudioAndSd)[] Cases =
    [
        (true, Standing.Entitled, [s_audio], LicenceDecision.Granted, LicenceDecision.Granted),
        (true, Standing.Entitled, [s_audio, s_hd], LicenceDecision.Granted, LicenceDecision.ClassNotInPolicy),
        (true, Standing.Entitled, [s_hd], LicenceDecision.Granted, LicenceDecision.ClassNotInPolicy),
        (true, Standing.Entitled, [null], LicenceDecision.KeyNotOfBroadcast, LicenceDecision.KeyNotOfBroadcast),
        (true, Standing.Entitled, [s_audio, null], LicenceDecision.KeyNotOfBroadcast, LicenceDecision.KeyNotOfBroadcast),
        (true, Standing.Entitled, [], LicenceDecision.KeyNotOfBroadcast, LicenceDecision.KeyNotOfBroadcast),
        (true, Standing.None, [s_audio], LicenceDecision.NotEntitled, LicenceDecision.NotEntitled),
        (true, Standing.None, [null], LicenceDecision.NotEntitled, LicenceDecision.NotEntitled),
        (true, Standing.Revoked, [s_audio], LicenceDecision.EntitlementRevoked, LicenceDecision.EntitlementRevoked),
        (true, Standing.Revoked, [null], LicenceDecision.EntitlementRevoked, LicenceDecision.EntitlementRevoked),
        (false, Standing.None, [], LicenceDecision.BroadcastUnknown, LicenceDecision.BroadcastUnknown),
        (false, Standing.Entitled, [s_audio], LicenceDecision.BroadcastUnknown, LicenceDecision.BroadcastUnknown),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_row_of_the_table_holds(int row)
    {
        var (exists, standing, asked, all, audioAndSd) = Cases[row];
        var facts = new LicenceFacts(exists, standing, asked);

        Assert.Equal(all, LicenceRule.Decide(new(), facts));
        Assert.Equal(audioAndSd, LicenceRule.Decide(new() { Classes = new HashSet<TrackClass> { TrackClass.Audio, TrackClass.Sd } }, facts));
    }

    [Fact]
    public void Keys_are_given_in_no_case_but_to_the_entitled_for_keys_of_the_broadcast()
    {
        foreach (var exists in (bool[])[false, true])
        {
            foreach (var standing in Enum.GetValues<Standing>())
            {
                foreach (KeyUse?[] asked in (KeyUse?[][])[[], [null], [s_hd], [s_hd, null]])
                {
                    var granted = LicenceRule.Decide(new(), new(exists, standing, asked)) == LicenceDecision.Granted;
                    Assert.Equal(exists && standing == Standing.Entitled && asked.Length > 0 && !asked.Contains(null), granted);
                }
            }
        }
    }

    [Fact]
    public void Every_decision_has_a_code_of_its_own() =>
        Assert.Equal(Enum.GetValues<LicenceDecision>().Length, Enum.GetValues<LicenceDecision>().Select(LicenceRule.CodeOf).Distinct().Count());
}

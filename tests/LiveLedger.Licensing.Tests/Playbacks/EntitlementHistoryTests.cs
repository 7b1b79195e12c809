using System.Text;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Playbacks;

namespace LiveLedger.Licensing.Tests.Playbacks;

public sealed class EntitlementHistoryTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 21, 20, 0, 0, TimeSpan.Zero);
    private readonly List<StoredEvent> _events = [];

    [Fact]
    public void What_is_open_is_what_was_opened_and_neither_closed_nor_dropped_nor_silent_for_a_lease()
    {
        Add(EntitlementEvents.GrantedType, """{"broadcast":"b","viewer":"v"}""");
        Open("a", 0);
        Open("b", 10);
        Open("c", 20);
        Add(CountedEvents.ClosedType, $$"""{"broadcast":"b","playback":"b","at":"{{At(30)}}"}""");
        Assert.Equal(["a", "c"], OthersAt(30));

        // 90 s after they were opened: before, and as it ends.
        Assert.Equal(["a", "c"], OthersAt(89));
        Assert.Equal(["c"], OthersAt(90));
        Add(CountedEvents.RenewedType, $$"""{"broadcast":"b","playback":"a","leaseUntil":"{{At(200)}}","nonce":7}""");
        Assert.Equal(["a"], OthersAt(150));
        Assert.Equal(7, Now.Find("s-a")!.Nonce);

        Add(CountedEvents.DroppedType, $$"""{"broadcast":"b","playback":"a","by":"c","at":"{{At(151)}}"}""");
        Assert.Empty(OthersAt(152));
        Assert.Equal(s_start.AddSeconds(151), Now.Find("s-a")!.DroppedAt);
        // Who was dropped is known for it later too, and who lapsed for the numbers of its requests.
        Open("d", 1000);
        Assert.NotNull(Now.Find("s-a")!.DroppedAt);
        Assert.False(Now.Find("s-c")!.IsOpen(s_start.AddSeconds(200)));
        Assert.Equal(s_start, Now.FirstPlayedAt);
        Assert.Equal(["device-a", "device-b", "device-c", "device-d"], Now.Devices);
    }

    [Fact]
    public void Standing_and_holder_are_those_of_the_last_event_that_says_so()
    {
        Add(EntitlementEvents.GrantedType, """{"broadcast":"b","viewer":"v"}""");
        Assert.Equal((Standing.Entitled, "v"), (Now.Standing, Now.Holder));
        Add(EntitlementEvents.SuspendedType, """{"broadcast":"b"}""");
        Add(EntitlementEvents.TransferredType, """{"broadcast":"b","viewer":"w","subject":"s","name":"n"}""");
        Assert.Equal((Standing.Suspended, "w"), (Now.Standing, Now.Holder));
        Add(EntitlementEvents.ResumedType, """{"broadcast":"b"}""");
        Open("a", 5);
        Assert.Equal((Standing.Entitled, "w"), (Now.Standing, Now.Holder));
        Add(EntitlementEvents.RefundedType, """{"broadcast":"b"}""");
        Assert.Equal(Standing.Refunded, Now.Standing);
    }

    [Fact]
    public void A_kept_history_is_the_history()
    {
        Open("a", 0);
        Open("b", 1);
        Add(CountedEvents.DroppedType, $$"""{"broadcast":"b","playback":"a","by":"b","at":"{{At(1)}}"}""");
        var kept = EntitlementHistory.Fold.Read(EntitlementHistory.Fold.Write(Now));
        Assert.Equal(Encoding.UTF8.GetString(EntitlementHistory.Fold.Write(Now)), Encoding.UTF8.GetString(EntitlementHistory.Fold.Write(kept)));
        Assert.Equal(Now.Playbacks, kept.Playbacks);
    }

    private EntitlementHistory Now => _events.Aggregate(EntitlementHistory.Fold.Empty(), EntitlementHistory.Fold.Apply);

    private string[] OthersAt(int second) => [.. Now.Others("s-none", s_start.AddSeconds(second), static _ => false).Select(static p => p.Id).Order()];

    private void Open(string name, int second) => Add(CountedEvents.OpenedType,
        $$"""{"broadcast":"b","viewer":"v","playback":"{{name}}","session":"s-{{name}}","device":"device-{{name}}","kids":[],"leaseUntil":"{{At(second + 90)}}","at":"{{At(second)}}"}""");

    private static string At(int second) => s_start.AddSeconds(second).ToString("O");

    private void Add(string type, string json) => _events.Add(
        new(Guid.NewGuid(), new("entitlement/x"), _events.Count, type, 1, s_start, "system", Encoding.UTF8.GetBytes(json)));
}

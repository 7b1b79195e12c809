using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Media;
using LiveLedger.Peering.Staying;

namespace LiveLedger.Peering.Tests.Staying;

/// <summary>Looks and models come back as they were written, and what breaks a bound is refused by name.</summary>
public sealed class What_is_written_of_stays
{
    private static readonly StayingModel s_model = StayTraining.Train(new SimulatedHistory(7, LeavingOdds.Injected).Broadcasts(4), isSimulated: true);

    [Fact]
    public void Looks_come_back_as_they_were_written()
    {
        var looks = new SimulatedHistory(3, LeavingOdds.Injected).Broadcasts(1).Take(1000).ToList();
        var payload = SessionLooks.Encode(looks[0].Broadcast, [.. looks.Select(static l => l.Look)]);

        Assert.True(payload.Length < 400_000, $"{payload.Length} bytes");
        Assert.True(SessionLooks.TryRead(payload, out var broadcast, out var read));
        Assert.Equal(looks[0].Broadcast, broadcast);
        Assert.Equal(looks.Select(static l => l.Look with { Facts = l.Look.Facts with { Slope = Math.Round(l.Look.Facts.Slope, 4) } }), read);
    }

    [Theory]
    [InlineData("at", "5")]
    [InlineData("joinedAt", "1e400")]
    [InlineData("joinedAt", "9999999999999")]
    [InlineData("links", "-1")]
    [InlineData("links", "1025")]
    [InlineData("rtt", "60001")]
    [InlineData("rtt", "\"NaN\"")]
    [InlineData("visits", "1000001")]
    [InlineData("stalls", "-1")]
    [InlineData("sent", "9007199254740993")]
    [InlineData("viewers", "-1")]
    [InlineData("slope", "1.01")]
    [InlineData("slope", "1e999")]
    [InlineData("seconds", "60.1")]
    [InlineData("seconds", "-0.1")]
    [InlineData("phase", "\"late\"")]
    [InlineData("role", "\"king\"")]
    [InlineData("peer", "\"ann\"")]
    [InlineData("sentThen", "-5")]
    public void A_look_out_of_its_bounds_is_no_look(string member, string value)
    {
        var (broadcast, look) = new SimulatedHistory(3, LeavingOdds.Injected).Broadcasts(1).First(static l => l.Look.Facts.Rtt is not null);
        var text = JsonNode.Parse(SessionLooks.Encode(broadcast, [look]))!;
        var good = text.ToJsonString();
        var bad = good.Replace($"\"{member}\":{text["looks"]![0]![member]!.ToJsonString()}", $"\"{member}\":{value}", StringComparison.Ordinal);

        Assert.NotEqual(good, bad);
        Assert.True(SessionLooks.TryRead(Encoding.UTF8.GetBytes(good), out _, out _));
        Assert.False(SessionLooks.TryRead(Encoding.UTF8.GetBytes(bad), out _, out _));
    }

    [Fact]
    public void More_than_a_thousand_looks_or_none_at_all_are_no_event()
    {
        var looks = new SimulatedHistory(3, LeavingOdds.Injected).Broadcasts(1).Take(1001).ToList();
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionLooks.Encode(looks[0].Broadcast, [.. looks.Select(static l => l.Look)]));
        foreach (var text in (string[])["", "{}", "[]", "null", "{\"broadcast\":\"x\",\"looks\":[]}", $"{{\"broadcast\":\"{looks[0].Broadcast}\"}}", $"{{\"broadcast\":\"{looks[0].Broadcast}\",\"looks\":[null]}}"])
        {
            Assert.False(SessionLooks.TryRead(Encoding.UTF8.GetBytes(text), out _, out _), text);
        }
    }

    [Fact]
    public void A_model_comes_back_as_it_was_written_and_predicts_the_same()
    {
        var switchedOff = s_model with { IsOn = false };
        Assert.True(StayingModelJson.TryRead(StayingModelJson.Write(switchedOff), out var read, out _));
        Assert.Equal(s_model.HeldOut, read.HeldOut);
        Assert.Equal(s_model.Leaving!.Terms, read.Leaving!.Terms);
        var facts = new SimulatedHistory(3, LeavingOdds.Injected).Broadcasts(1).First().Look.Facts;
        Assert.Equal(s_model.RiskOf(facts), read.RiskOf(facts));
    }

    [Theory]
    [InlineData("format", "2", "format-unknown")]
    [InlineData("reason", "\"\"", "reason-invalid")]
    [InlineData("training.until", "1", "range-invalid")]
    [InlineData("heldOut.auc", "1.5", "figure-invalid")]
    [InlineData("heldOut.broken", "1e300", "figure-invalid")]
    [InlineData("heldOut.gainLow", "1e999", "figure-invalid")]
    [InlineData("heldOut.auc", "NaN", "malformed")]
    [InlineData("leaving.intercept", "\"NaN\"", "malformed")]
    [InlineData("leaving.intercept", "1e999", "number-invalid")]
    [InlineData("leaving.terms.0.coefficient", "-1e7", "number-invalid")]
    [InlineData("leaving.terms.0.scale", "0", "number-invalid")]
    [InlineData("leaving.terms.0.name", "\"address\"", "term-unknown")]
    [InlineData("leaving.terms.0.name", "\"links\"", "term-twice")]
    [InlineData("leaving.terms", "[]", "terms-invalid")]
    [InlineData("uplink.error", "1e8", "figure-invalid")]
    [InlineData("heldOut.gainLow", "0.004", "not-borne-out")]
    [InlineData("heldOut.left", "3", "not-borne-out")]
    [InlineData("leaving", "null", "not-borne-out")]
    [InlineData("simulated", "true", "simulated")]
    [InlineData("on", "1", "malformed")]
    [InlineData("other", "1", "malformed")]
    public void A_model_out_of_its_bounds_or_on_without_reason_is_refused_by_name(string member, string value, string name)
    {
        var json = JsonNode.Parse(StayingModelJson.Write(s_model with { IsSimulated = false }))!;
        Assert.True(StayingModelJson.TryRead(Encoding.UTF8.GetBytes(json.ToJsonString()), out _, out _));
        Set(json, member.Split('.'), "@@");
        var bad = json.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal);

        Assert.False(StayingModelJson.TryRead(Encoding.UTF8.GetBytes(bad), out _, out var why));
        Assert.Equal(name, why);
    }

    [Fact]
    public void A_model_with_too_much_in_it_is_refused_by_name()
    {
        var json = JsonNode.Parse(StayingModelJson.Write(s_model with { IsSimulated = false }))!;
        var terms = json["leaving"]!["terms"]!.AsArray();
        terms.Add(terms[0]!.DeepClone());
        Assert.False(StayingModelJson.TryRead(Encoding.UTF8.GetBytes(json.ToJsonString()), out _, out var why));
        Assert.Equal("terms-invalid", why);
        Assert.False(StayingModelJson.TryRead(new byte[StayingModelJson.MaxBytes + 1], out _, out why));
        Assert.Equal("too-long", why);
    }

    [Fact]
    public void Too_little_history_switches_it_off_and_says_so()
    {
        foreach (var history in (IEnumerable<(BroadcastId, Look)>[])[[], new SimulatedHistory(3, LeavingOdds.Injected).Broadcasts(1).Take(200)])
        {
            var model = StayTraining.Train(history, isSimulated: false);
            Assert.False(model.IsOn);
            Assert.StartsWith("too little history", model.Reason, StringComparison.Ordinal);
            Assert.True(StayingModelJson.TryRead(StayingModelJson.Write(model), out _, out _));
        }
    }

    [Fact]
    public void The_order_of_history_changes_nothing()
    {
        var history = new SimulatedHistory(5, LeavingOdds.Injected).Broadcasts(4).ToList();
        var model = StayTraining.Train(history, isSimulated: true);
        history.Reverse();
        Assert.Equal(StayingModelJson.Write(model), StayingModelJson.Write(StayTraining.Train(history, isSimulated: true)));
    }

    private static void Set(JsonNode at, string[] path, string value)
    {
        foreach (var step in path[..^1])
        {
            at = int.TryParse(step, out var n) ? at[n]! : at[step]!;
        }

        if (int.TryParse(path[^1], out var last))
        {
            at[last] = value;
        }
        else
        {
            at[path[^1]] = value;
        }
    }
}

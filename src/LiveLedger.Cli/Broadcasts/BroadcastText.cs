using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Broadcasts;

/// <summary>A broadcast for a person to read.</summary>
internal static class BroadcastText
{
    internal static void Print(BroadcastView broadcast)
    {
        Output.Line($"{broadcast.Id}  {broadcast.State}  {Output.Word(broadcast.Title)}");
        Output.Line($"  owner     {broadcast.Owner}, scheme {broadcast.Scheme}, created {broadcast.CreatedAt:u}");
        Output.Line($"  identity  {broadcast.Signer?.Identity ?? "none yet: `broadcast certify`"}");
        Output.Line($"  peers     {(broadcast.Peers == "relays" ? "relays alone: private" : "viewers and relays")}");
        Output.Line($"  ingest    {broadcast.Ingest?.Url}{(broadcast.Ingest?.Key is { } key ? $"   key {key}" : "")}");
        Output.Line($"  hls       {broadcast.Urls.Hls}");
        Output.Line($"  dash      {broadcast.Urls.Dash}");
        Output.Line($"  watch     {broadcast.Urls.Watch}");
    }
}

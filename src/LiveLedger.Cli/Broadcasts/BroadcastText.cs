using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Broadcasts;

/// <summary>A broadcast for a person to read.</summary>
internal static class BroadcastText
{
    internal static void Print(BroadcastView broadcast)
    {
        Console.WriteLine($"{broadcast.Id}  {broadcast.State}  {broadcast.Title}");
        Console.WriteLine($"  owner     {broadcast.Owner}, scheme {broadcast.Scheme}, created {broadcast.CreatedAt:u}");
        Console.WriteLine($"  identity  {broadcast.Signer?.Identity ?? "none yet: `broadcast certify`"}");
        Console.WriteLine($"  ingest    {broadcast.Ingest?.Url}{(broadcast.Ingest?.Key is { } key ? $"   key {key}" : "")}");
        Console.WriteLine($"  hls       {broadcast.Urls.Hls}");
        Console.WriteLine($"  dash      {broadcast.Urls.Dash}");
        Console.WriteLine($"  watch     {broadcast.Urls.Watch}");
    }
}

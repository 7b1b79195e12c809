using LiveLedger.Ledger.Schema;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>The statements of this folder.</summary>
internal static class BroadcastSql
{
    public static readonly string Tables = Load("broadcast_tables");
    public static readonly string Insert = Load("insert_broadcast");
    public static readonly string SetState = Load("set_broadcast_state");
    public static readonly string SetOwner = Load("set_broadcast_owner");
    public static readonly string SetTakenDown = Load("set_broadcast_taken_down");
    public static readonly string List = Load("list_broadcasts");
    public static readonly string ListOpen = Load("list_open_broadcasts");
    public static readonly string ListLive = Load("list_live_broadcasts");
    public static readonly string ListTakenDown = Load("list_taken_down_broadcasts");

    private static string Load(string name) => Sql.Load(typeof(BroadcastSql).Assembly, $"Broadcasts/{name}.sql");
}

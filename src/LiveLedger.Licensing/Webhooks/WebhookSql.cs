using LiveLedger.Ledger.Schema;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>The statements of this folder.</summary>
internal static class WebhookSql
{
    public static readonly string Tables = Load("webhook_tables");
    public static readonly string Add = Load("add_webhook");
    public static readonly string Remove = Load("remove_webhook");
    public static readonly string List = Load("list_webhooks");
    public static readonly string Read = Load("read_webhook");
    public static readonly string Keep = Load("keep_delivery");
    public static readonly string CountWaiting = Load("count_waiting");
    public static readonly string LeaveOut = Load("leave_out");
    public static readonly string Claim = Load("claim_deliveries");
    public static readonly string Release = Load("release_deliveries");
    public static readonly string Begin = Load("begin_attempt");
    public static readonly string NoteAttempt = Load("note_attempt");
    public static readonly string ListDeliveries = Load("list_deliveries");
    public static readonly string ListLeftOut = Load("list_left_out");
    public static readonly string Redeliver = Load("redeliver");
    public static readonly string Forget = Load("forget_deliveries");
    public static readonly string Drop = Load("drop_deliveries");

    private static string Load(string name) => Sql.Load(typeof(WebhookSql).Assembly, $"Webhooks/{name}.sql");
}

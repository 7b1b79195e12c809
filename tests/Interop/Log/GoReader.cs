using System.Text.Json;

namespace LiveLedger.Interop.Log;

/// <summary><c>readers/tlog.go</c>: an auditor made of Go's own <c>golang.org/x/mod/sumdb</c>.</summary>
internal static class GoReader
{
    private static readonly Lazy<string> s_program = new(Build);

    /// <summary>Audits the log at an address, trusting this key.</summary>
    public static (int Exit, string Output) Audit(Uri server, string vkey)
    {
        var (exit, output, log) = ReaderProcess.Run(s_program.Value, [server.AbsoluteUri, vkey], ReaderProcess.Folder, []);
        return (exit, output + log);
    }

    /// <summary>What it says of a log it is content with.</summary>
    public static Findings Read(string output) =>
        JsonSerializer.Deserialize<Findings>(output, JsonSerializerOptions.Web) ?? throw new InvalidOperationException("Go said nothing");

    // Debian's packages keep Go's libraries as sources in a GOPATH: no module, no proxy, no network.
    private static string Build()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "tlog");
        var (exit, _, log) = ReaderProcess.Run(
            "go", ["build", "-o", program, Path.Combine("readers", "tlog.go")], ReaderProcess.Folder, [],
            new Dictionary<string, string>
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = "/usr/share/gocode",
                ["GOFLAGS"] = "",
                ["GOCACHE"] = Path.Combine(AppContext.BaseDirectory, "go-build"),
            });
        Assert.True(exit == 0, $"go build said {exit} (Debian: golang-go, golang-golang-x-mod-dev): {log}");
        return program;
    }

    /// <param name="Size">Entries read and hashed.</param>
    /// <param name="Tiles">Hash tiles compared.</param>
    /// <param name="Inclusions">Inclusion proofs of ours that Go verified.</param>
    /// <param name="Consistencies">Consistency proofs of ours that Go verified.</param>
    /// <param name="Refused">Alterations of those that Go refused.</param>
    internal sealed record Findings(long Size, int Tiles, int Inclusions, int Consistencies, int Refused);
}

using System.Text.Json;
using LiveLedger.Harness;

namespace LiveLedger.Chain.Tests.Readers;

/// <summary>Libraries that others wrote for Ethereum, asked in Node.</summary>
internal static class NodeReader
{
    /// <summary>What <c>Readers/NAME.mjs</c> answers to <paramref name="asked"/>.</summary>
    public static T Ask<T>(string name, object asked)
    {
        var script = Path.Combine(RepositoryRoot.Path, "tests", "LiveLedger.Chain.Tests", "Readers", $"{name}.mjs");
        var (exit, output, log) = ContractsFolder.Run("node", [script], ContractsFolder.Path, JsonSerializer.Serialize(asked, JsonSerializerOptions.Web));
        Assert.True(exit == 0, $"node said {exit}: {log}");
        return JsonSerializer.Deserialize<T>(output, JsonSerializerOptions.Web) ?? throw new InvalidOperationException("the reader said nothing");
    }
}

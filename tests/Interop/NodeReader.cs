using System.Text.Json;

namespace LiveLedger.Interop;

/// <summary>Runs a reader written by others, in Node, over bytes of ours.</summary>
internal static class NodeReader
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private static readonly Lazy<string> s_folder = new(Prepare);

    /// <summary>The folder with <c>node_modules</c> in it, installed.</summary>
    public static string Folder => s_folder.Value;

    /// <summary>What <c>readers/NAME.mjs</c> says of <paramref name="input"/>.</summary>
    public static T Read<T>(string name, ReadOnlySpan<byte> input)
    {
        var (exit, output, log) = ReaderProcess.Run("node", [Path.Combine("readers", $"{name}.mjs")], s_folder.Value, input);
        Assert.True(exit == 0, $"node said {exit}: {log}");
        return JsonSerializer.Deserialize<T>(output, s_json) ?? throw new InvalidOperationException("the reader said nothing");
    }

    // The packages of the lock file; a checkout has none, an older one may lack some.
    private static string Prepare()
    {
        var folder = ReaderProcess.Folder;
        using var package = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "package.json")));
        var wanted = package.RootElement.GetProperty("dependencies").EnumerateObject();
        if (!wanted.All(p => Directory.Exists(Path.Combine(folder, "node_modules", p.Name))))
        {
            var (exit, _, log) = ReaderProcess.Run("npm", ["ci", "--no-audit", "--no-fund"], folder, []);
            Assert.True(exit == 0, $"npm said {exit}: {log}");
        }

        return folder;
    }
}

using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Cli.Witness;

/// <summary>A witness's answer as it goes out (tlog-witness).</summary>
internal sealed record WitnessAnswer(int Status, string MediaType, string Body)
{
    private const string Text = "text/plain; charset=utf-8";

    internal static WitnessAnswer Cosigned(NoteSignature line) => new(200, Text, line.ToLine());

    /// <summary>tlog-witness: 409 carries our size, so that the log can send the proof from there.</summary>
    internal static WitnessAnswer OtherSize(TreeSize ours) => new(409, AddCheckpointRequest.SizeMediaType, $"{ours}\n");

    internal static WitnessAnswer Refuse(int status, string why) => new(status, Text, why + "\n");
}

using System.CommandLine;
using LiveLedger.Media;

namespace LiveLedger.Cli.Broadcasts;

/// <summary>The broadcast that a command is about: 32 hexadecimal characters.</summary>
internal static class BroadcastArgument
{
    internal static Argument<string> Create()
    {
        var argument = new Argument<string>("broadcast") { Description = "the broadcast's id" };
        argument.Validators.Add(result =>
        {
            if (!BroadcastId.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"'{result.Tokens[0].Value}' is no broadcast id (32 hexadecimal characters)");
            }
        });
        return argument;
    }
}

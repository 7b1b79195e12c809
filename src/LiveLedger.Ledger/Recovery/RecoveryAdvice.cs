using System.Globalization;

namespace LiveLedger.Ledger.Recovery;

/// <summary>Says what an examination means, and what a person can do.</summary>
internal static class RecoveryAdvice
{
    private const string Successor = "Where no such backup exists, open a successor origin: the old log stays what it was, and the new one names it.";

    public static string Of(LogExamination found)
    {
        if (found.Promises.Where(p => p.State == PromiseState.Broken).Select(p => p.Promise).FirstOrDefault() is { } broken)
        {
            var where = found.Differs is { } index
                ? string.Create(CultureInfo.InvariantCulture, $"the first event that differs from the journal is {index}. Restore a backup made before that event was changed, or an empty database, and roll forward.")
                : "the journal does not show where. Restore another backup, and look again.";
            return $"The {broken.Head.Size} events that {broken.Source} covers are not the events that are here: {where} {Successor}";
        }

        if (found.Promises.Where(p => p.State == PromiseState.BeyondEverything).Select(p => p.Promise).LastOrDefault() is { } beyond)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{beyond.Source} covers {beyond.Head.Size} events; the database has {found.DatabaseSize}, and with the journal there are {found.Size}: {beyond.Head.Size.Value - found.Size} are nowhere here. Bring back the missing files of the journal or a newer backup. {Successor}");
        }

        if (found.SignedUnknown && found.Journal is not { First: 0 })
        {
            return $"The log has signed checkpoints, and nobody shows one: without the whole journal nobody can tell whether the database holds all that was promised. Put the file of the last checkpoint back, from a backup or from anybody who has it. {Successor}";
        }

        if (found.Differs is { } differs)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"Event {differs} is not the one that the journal has there, and no checkpoint shows which is right. Restore a backup made before it was changed, or an empty database, and roll forward. {Successor}");
        }

        return found.Missing > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"The database has {found.DatabaseSize} events, the journal has the {found.Missing} after them, and together they are what was promised: roll forward. What was appended in the last moments and had no index yet is not among them; segments come again from the origin's records.")
            : "The database holds all that was promised: roll forward opens the log again.";
    }
}

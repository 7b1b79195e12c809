using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Cli.Keys;

/// <summary>A wrapped secret: its file, what it is wrapped for, and the lock that its owner takes to destroy it.</summary>
internal sealed record SecretPlace(string Path, string Context, string Lock);

/// <summary>Which wrapped secrets a data folder's <c>keys/</c> holds (docs/operations/serve.md). What stands there and is none of these stops a rotation: it might be lost with the old key.</summary>
internal static class SecretPlaces
{
    /// <summary>Every secret there is now.</summary>
    /// <exception cref="CommandFailure">There is a file that this version does not know.</exception>
    internal static IReadOnlyList<SecretPlace> In(string keysFolder)
    {
        var places = new List<SecretPlace>();
        foreach (var path in Directory.EnumerateFiles(keysFolder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var parts = System.IO.Path.GetRelativePath(keysFolder, path).Split(System.IO.Path.DirectorySeparatorChar);
            if (TryName(keysFolder, path, parts, out var place))
            {
                places.Add(place);
            }
            else if (!IsOther(parts))
            {
                throw new CommandFailure($"{path}: this version does not know what that is, so the keys stay as they are; move it out of the folder if it is nothing of ours");
            }
        }

        return places;
    }

    private static bool TryName(string keys, string path, string[] parts, [NotNullWhen(true)] out SecretPlace? place)
    {
        place = parts switch
        {
            ["api.key" or "log.key" or "swarm.key"] => new(path, $"server/{parts[0][..^4]}", Lock()),
            ["broadcasts", [.., '.', 'm', 'a', 's', 't', 'e', 'r'] name] => new(path, $"broadcast/{name[..^7]}/master", Lock("broadcasts")),
            ["broadcasts", [.., '.', 's', 'e', 's', 's', 'i', 'o', 'n'] name] => new(path, $"broadcast/{name[..^8]}/session", Lock("broadcasts")),
            ["broadcasts", [.., '.', 'k', 'e', 'y', 's'] folder, var name] when !IsUnfinished(name) => new(path, $"broadcast/{folder[..^5]}/keys/{name}", Lock("broadcasts")),
            ["subjects", "index.key"] => new(path, "subjects/index", Lock("subjects")),
            ["subjects", "scopes", var scope, "names", var name] when !IsUnfinished(name) => new(path, $"subjects/name/{scope}", Lock("subjects")),
            ["subjects", "scopes", _, "keys", var id] when !IsUnfinished(id) => new(path, $"subjects/key/{id}", Lock("subjects")),
            _ => null,
        };
        return place is not null;

        string Lock(string folder = "") => System.IO.Path.Combine(keys, folder, "lock");
    }

    // Locks, keys that are not wrapped or on their way out, and what a crash left half made.
    private static bool IsOther(string[] parts) => IsUnfinished(parts[^1]) || parts is ["kek" or "kek.next" or "lock" or "rotation.lock"]
        or ["broadcasts" or "subjects", "lock"] or ["subjects", "erased", _] or ["holders", _];

    private static bool IsUnfinished(string name) =>
        name.EndsWith(".new", StringComparison.Ordinal) || name.EndsWith(".unfinished", StringComparison.Ordinal);
}

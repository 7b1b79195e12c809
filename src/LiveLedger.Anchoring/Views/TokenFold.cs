using LiveLedger.Anchoring.Sightings;

namespace LiveLedger.Anchoring.Views;

/// <summary>A broadcast's token as the chain has it.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Controller">Who controls the broadcast: who registered it, or who has accepted it last.</param>
/// <param name="Identity">The identity key that the controller has named, <c>0x…</c>.</param>
/// <param name="ContentRoot">What was broadcast; null until the token was sealed.</param>
internal sealed record TokenState(string Owner, string Controller, string Identity, string? ContentRoot);

/// <summary>From a token's sightings, in their order, to the token.</summary>
internal static class TokenFold
{
    /// <summary>The token; null if none of its sightings registers it.</summary>
    public static TokenState? Of(IEnumerable<Sighting> sightings)
    {
        TokenState? token = null;
        foreach (var sighting in sightings)
        {
            token = sighting switch
            {
                OwnershipRegistered registered => new(registered.Owner, registered.Owner, registered.Identity, null),
                // Also of the minting, which comes before the registration is said.
                OwnershipTransferred transferred => token is null ? null : token with { Owner = transferred.To },
                HandOverAccepted accepted => token is null ? null : token with { Controller = accepted.Owner, Identity = accepted.Identity },
                ContentSealed content => token is null ? null : token with { ContentRoot = content.Root },
                _ => token,
            };
        }

        return token;
    }
}

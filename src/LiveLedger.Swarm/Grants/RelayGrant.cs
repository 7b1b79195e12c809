using LiveLedger.Media;

namespace LiveLedger.Swarm.Grants;

/// <summary>An operator's or broadcaster's word that a relay may carry a broadcast, or all of them.</summary>
/// <param name="Id">Its id; the relay's token names it.</param>
/// <param name="Broadcast">Which broadcast; null for all.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Origin">The web origin at which browsers reach it.</param>
/// <param name="UploadLimit">Most bits a second; null for no bound.</param>
/// <param name="GrantedAt">Since when.</param>
/// <param name="WithdrawnAt">Until when; null while it holds.</param>
/// <param name="ConvictedAt">Since when a fraud proof keeps it out; null for none, or after a pardon.</param>
internal sealed record RelayGrant(Guid Id, BroadcastId? Broadcast, string Name, string Origin, long? UploadLimit, DateTimeOffset GrantedAt, DateTimeOffset? WithdrawnAt, DateTimeOffset? ConvictedAt = null)
{
    public bool IsOpen => WithdrawnAt is null && ConvictedAt is null;
}

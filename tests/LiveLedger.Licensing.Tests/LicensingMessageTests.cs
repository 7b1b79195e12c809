using System.Text;
using LiveLedger.Ledger;
using LiveLedger.Messages.V1;

namespace LiveLedger.Licensing.Tests;

public sealed class LicensingMessageTests
{
    private static readonly LedgerPlace s_place = new("test.example/log", 7, Guid.NewGuid(), "entitlement/e", 1, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("entitlement-suspended", typeof(EntitlementSuspended))]
    [InlineData("entitlement-resumed", typeof(EntitlementResumed))]
    [InlineData("entitlement-revoked", typeof(EntitlementRevoked))]
    [InlineData("entitlement-refunded", typeof(EntitlementRefunded))]
    public void What_becomes_of_an_entitlement_is_told(string type, Type message) =>
        Assert.Equal(Activator.CreateInstance(message, s_place, "b", "e"), Of(type, """{"broadcast":"b"}"""));

    [Fact]
    public void A_transfer_names_neither_viewer() => Assert.Equal(
        new EntitlementTransferred(s_place, "b", "e"), Of("entitlement-transferred", """{"broadcast":"b","viewer":"v","subject":"s","name":"n"}"""));

    [Fact]
    public void A_first_licence_is_told_whichever_stream_it_stands_in()
    {
        var told = Assert.IsType<LicenceGranted>(Of("playback-opened",
            """{"broadcast":"b","viewer":"v","playback":"p","session":"s","kids":["00"],"leaseUntil":"2026-11-21T20:01:30+00:00","at":"2026-11-21T20:00:00+00:00"}"""));
        Assert.Equal(("b", "p", "e", 0), (told.Broadcast, told.Playback, told.Entitlement, told.Renewal));
        Assert.Equal(["00"], told.KeyIds);
        Assert.Null(Of("playback-closed", """{"broadcast":"b","playback":"p","at":"2026-11-21T20:00:00+00:00"}"""));
    }

    private static object? Of(string type, string payload) =>
        LicensingRegistration.MessageOf(new(Guid.NewGuid(), new("entitlement/e"), 1, type, 1, DateTimeOffset.UnixEpoch, "system", Encoding.UTF8.GetBytes(payload)), s_place);
}

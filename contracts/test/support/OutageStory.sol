// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Gap, Inclusion} from "../../src/tickets/TicketTypes.sol";
import {SaleStory} from "./SaleStory.sol";

/// @dev A sale that has started, alice's ticket of it, and a session of that ticket right after the start. Outages follow.
abstract contract OutageStory is SaleStory {
    uint64 internal immutable START_MS = STARTS * 1_000;
    uint256 internal _sale;
    uint256 internal _ticket;
    uint64 internal _session;

    function setUp() public override {
        super.setUp();
        _sale = sell(terms());
        _ticket = buy(_sale, alice);
        start(_sale);
        _session = appendSession(_ticket, STARTS + 1);
    }

    function _startShown() internal returns (Inclusion memory) {
        anchorLog();
        return shown(0);
    }

    /// @dev By milliseconds after the start, in a log that is anchored then.
    function _gap(uint64 from, uint64 until) internal returns (uint64 index, bytes memory payload) {
        return _gapAt(START_MS + from, START_MS + until);
    }

    function _gapAt(uint64 from, uint64 until) internal returns (uint64 index, bytes memory payload) {
        payload = gapPayload(from, until);
        index = appendGap(payload);
        anchorLog();
    }

    function _claim(uint64 index, bytes memory payload) internal returns (uint256) {
        return _claimBy(_session, index, payload);
    }

    function _claimBy(uint64 sessionIndex, uint64 index, bytes memory payload) internal returns (uint256) {
        Inclusion memory session = shown(sessionIndex);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(alice);
        return tickets.claimOutages(_ticket, session, gaps, alice);
    }

    function _refused(uint64 index, bytes memory payload, bytes memory reason) internal {
        _refusedGap(shown(_session), gapOf(index, payload), reason);
    }

    function _refusedGap(Inclusion memory session, Gap memory gap, bytes memory reason) internal {
        vm.prank(alice);
        vm.expectRevert(reason);
        tickets.claimOutages(_ticket, session, one(gap), alice);
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {GapPayload} from "../src/ledger/GapPayload.sol";
import {OutageClaims} from "../src/tickets/OutageClaims.sol";
import {SaleCourse} from "../src/tickets/SaleCourse.sol";
import {Sales} from "../src/tickets/Sales.sol";
import {Gap, Inclusion, SaleState, Terms} from "../src/tickets/TicketTypes.sol";
import {Entries} from "./support/Entries.sol";
import {OutageStory} from "./support/OutageStory.sol";

contract OutageRefusalsTest is OutageStory {
    function test_The_holder_alone_claims_and_what_it_claimed_is_claimed_for_the_next() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        Inclusion memory session = shown(_session);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(Sales.NotTheHolder.selector, _ticket, bob));
        tickets.claimOutages(_ticket, session, gaps, bob);
        vm.prank(alice);
        tickets.transferFrom(alice, bob, _ticket);
        vm.prank(bob);
        tickets.claimOutages(_ticket, session, gaps, bob);
        vm.prank(bob);
        tickets.transferFrom(bob, alice, _ticket);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
        tickets.claimOutages(_ticket, session, gaps, alice);
    }

    function test_Claims_are_taken_between_start_and_their_deadline() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        vm.warp(CLAIM_DEADLINE + 1);
        _refused(index, payload, abi.encodeWithSelector(SaleCourse.TooLate.selector, _sale, CLAIM_DEADLINE));
        vm.warp(CLAIM_DEADLINE);
        _claim(index, payload);
        vm.prank(broadcaster);
        tickets.cancel(_sale);
        _refused(index, payload, abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Refunding));
        uint256 open = sell(_later());
        _ticket = buy(open, alice);
        _refused(index, payload, abi.encodeWithSelector(Sales.SaleIs.selector, open, SaleState.Open));
    }

    function test_Only_a_session_recorded_before_the_gap_claims_it() public {
        (uint64 index, bytes memory payload) = _gapAt((STARTS + 1) * 1_000, (STARTS + 500) * 1_000);
        // Recorded in the gap's first microsecond: before it, still.
        vm.assertEq(_claim(index, payload), PRICE * 499 / 10_000);
        (index, payload) = _gapAt((STARTS + 1) * 1_000 - 1, (STARTS + 500) * 1_000);
        _refused(index, payload, _notBefore(_session, index));
    }

    function test_Only_a_session_that_stands_before_the_gap_in_the_log_claims_it() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        // Written down later, with a clock set back.
        uint64 late = appendSession(_ticket, STARTS + 2);
        anchorLog();
        Inclusion memory session = shown(late);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(alice);
        vm.expectRevert(_notBefore(late, index));
        tickets.claimOutages(_ticket, session, gaps, alice);
    }

    function test_Another_ticket_s_session_claims_nothing() public {
        uint256 other = buy(_sale, bob);
        uint64 its = appendSession(other, STARTS + 1);
        _differsWith(its);
        _differsWith(append(sessionStream(_ticket), "ticket-session-closed", STARTS + 1));
        // Of this number on another chain, or of another contract.
        bytes memory stream = sessionStream(_ticket);
        vm.chainId(1);
        _differsWith(append(stream, "ticket-session-opened", STARTS + 1));
        vm.chainId(31_337);
        stream[stream.length - 4] = stream[stream.length - 4] == "0" ? bytes1("1") : bytes1("0");
        _differsWith(append(stream, "ticket-session-opened", STARTS + 1));
        // A number that begins alike.
        _differsWith(append(bytes.concat(sessionStream(_ticket), "0"), "ticket-session-opened", STARTS + 1));
    }

    function test_Only_an_outage_of_this_broadcast_is_one() public {
        bytes memory payload = gapPayload(START_MS + 2_000_000, START_MS + 3_000_000);
        Entries.Fields memory fields = Entries.plain(startedStream(), "outage-logged", ENDS * 1e6);
        fields.digest = sha256(abi.encodePacked(saltOf(payload), payload));
        uint64 index = append(Entries.write(fields));
        anchorLog();
        _refused(index, payload, abi.encodeWithSelector(SaleCourse.EntryDiffers.selector, index));
        (fields.stream, fields.kind) = (outageStream(), "outage-suspected");
        index = append(Entries.write(fields));
        anchorLog();
        _refused(index, payload, abi.encodeWithSelector(SaleCourse.EntryDiffers.selector, index));
    }

    function test_A_payload_that_the_entry_does_not_commit_to_is_refused() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        Inclusion memory session = shown(_session);
        Gap memory gap = gapOf(index, payload);
        gap.salt = "another salt";
        _refusedGap(session, gap, abi.encodeWithSelector(OutageClaims.PayloadDiffers.selector, index));
        gap = gapOf(index, payload);
        gap.payload = gapPayload(START_MS + 2_000_000, START_MS + 9_000_000);
        _refusedGap(session, gap, abi.encodeWithSelector(OutageClaims.PayloadDiffers.selector, index));
        // The same bytes, cut elsewhere into salt and payload.
        gap = gapOf(index, payload);
        gap.payload = bytes.concat(gap.payload, hex"00");
        _refusedGap(session, gap, abi.encodeWithSelector(OutageClaims.PayloadDiffers.selector, index));
    }

    function test_A_payload_in_another_layout_is_refused() public {
        bytes memory payload = bytes.concat(gapPayload(START_MS + 2_000_000, START_MS + 3_000_000), " ");
        uint64 index = appendGap(payload);
        anchorLog();
        _refused(index, payload, abi.encodeWithSelector(GapPayload.MalformedGap.selector));
    }

    function test_What_no_checkpoint_of_the_sale_s_log_holds_claims_nothing() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        Inclusion memory session = shown(_session);
        Gap memory gap = gapOf(index, payload);
        gap.inclusion.size -= 1;
        _refusedGap(session, gap, _notLogged(gap.inclusion));
        gap = gapOf(index, payload);
        session.path[0] ^= bytes32(uint256(1));
        _refusedGap(session, gap, _notLogged(session));
    }

    function test_No_gaps_and_too_many_gaps_are_refused() public {
        anchorLog();
        Inclusion memory session = shown(_session);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
        tickets.claimOutages(_ticket, session, new Gap[](0), alice);
        vm.expectRevert(abi.encodeWithSelector(OutageClaims.TooManyGaps.selector, 65));
        tickets.claimOutages(_ticket, session, new Gap[](65), alice);
    }

    function test_A_gift_is_owed_nothing() public {
        Terms memory free = terms();
        free.price = 0;
        uint256 sale = sell(free);
        _ticket = buy(sale, alice);
        tickets.proveStart(sale, _startShown());
        _session = appendSession(_ticket, STARTS + 1);
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        _refused(index, payload, abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
    }

    function _later() private view returns (Terms memory later) {
        later = terms();
        (later.saleCloses, later.starts, later.startDeadline) =
            (uint64(block.timestamp) + 1, uint64(block.timestamp) + 1, uint64(block.timestamp) + 1);
        (later.ends, later.claimDeadline) = (uint64(block.timestamp) + 2, uint64(block.timestamp) + 3);
    }

    function _differsWith(uint64 sessionIndex) private {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        Inclusion memory session = shown(sessionIndex);
        Gap memory gap = gapOf(index, payload);
        _refusedGap(session, gap, abi.encodeWithSelector(SaleCourse.EntryDiffers.selector, sessionIndex));
    }

    function _notBefore(uint64 session, uint64 gap) private pure returns (bytes memory) {
        return abi.encodeWithSelector(OutageClaims.SessionNotBefore.selector, session, gap);
    }

    function _notLogged(Inclusion memory it) private pure returns (bytes memory) {
        return abi.encodeWithSelector(SaleCourse.NotInTheLog.selector, it.size, it.index);
    }
}

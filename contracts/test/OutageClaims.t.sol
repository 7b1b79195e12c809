// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {GapPayload} from "../src/ledger/GapPayload.sol";
import {Escrow} from "../src/tickets/Escrow.sol";
import {OutageClaims} from "../src/tickets/OutageClaims.sol";
import {SaleCourse} from "../src/tickets/SaleCourse.sol";
import {Sales} from "../src/tickets/Sales.sol";
import {Gap, Inclusion, SaleState, Terms} from "../src/tickets/TicketTypes.sol";
import {Entries} from "./support/Entries.sol";
import {SaleStory} from "./support/SaleStory.sol";
import {ReenteringPayee} from "./support/Strangers.sol";

contract OutageClaimsTest is SaleStory {
    uint64 private immutable START_MS = STARTS * 1_000;
    uint256 private _sale;
    uint256 private _ticket;
    uint64 private _session;

    function setUp() public override {
        super.setUp();
        _sale = sell(terms());
        _ticket = buy(_sale, alice);
        start(_sale);
        _session = appendSession(_ticket, STARTS + 1);
    }

    function test_An_outage_pays_its_part_of_the_schedule() public {
        // 1000 of 10000 seconds.
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        vm.prank(alice);
        Gap[] memory gaps = one(gapOf(index, payload));
        Inclusion memory session = shown(_session);
        vm.expectEmit();
        emit OutageClaims.OutagePaid(_ticket, alice, PRICE / 10, START_MS + 3_000_000);
        vm.prank(alice);
        vm.assertEq(tickets.claimOutages(_ticket, session, gaps, bob), PRICE / 10);
        vm.assertEq(bob.balance, 100 ether + PRICE / 10);
        vm.assertEq(tickets.escrowOf(_sale), PRICE * 9 / 10);
        (,, uint128 paid, uint64 until) = tickets.ticketOf(_ticket);
        vm.assertEq(paid, PRICE / 10);
        vm.assertEq(until, START_MS + 3_000_000);
    }

    function test_No_moment_is_paid_twice() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        _claim(index, payload);
        _refused(index, payload, abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
        // One that overlaps pays for the rest of it.
        (index, payload) = _gap(2_500_000, 3_500_000);
        vm.assertEq(_claim(index, payload), PRICE / 20);
        // One that lies before what was claimed pays nothing.
        (index, payload) = _gap(1_500_000, 2_500_000);
        _refused(index, payload, abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
    }

    function test_Several_gaps_are_paid_together_and_in_order_alone() public {
        (uint64 a, bytes memory payloadA) = _gap(2_000_000, 3_000_000);
        (uint64 b, bytes memory payloadB) = _gap(4_000_000, 4_500_000);
        Gap[] memory gaps = new Gap[](2);
        (gaps[1], gaps[0]) = (gapOf(a, payloadA), gapOf(b, payloadB));
        Inclusion memory session = shown(_session);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
        tickets.claimOutages(_ticket, session, gaps, alice);
        (gaps[0], gaps[1]) = (gaps[1], gaps[0]);
        vm.assertEq(tickets.claimOutages(_ticket, session, gaps, alice), PRICE * 15 / 100);
        (gaps[0], gaps[1]) = (gaps[1], gaps[1]);
        vm.expectRevert(abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
        tickets.claimOutages(_ticket, session, gaps, alice);
    }

    function test_A_gap_counts_within_the_schedule_alone() public {
        // From the start's second on, though the log would say more.
        uint64 early = appendSession(_ticket, STARTS - 100);
        (uint64 index, bytes memory payload) = _gapAt(START_MS - 50_000, START_MS + 1_000_000);
        vm.assertEq(_claimBy(early, index, payload), PRICE / 10);
        (index, payload) = _gap(9_000_000, 12_000_000);
        vm.assertEq(_claim(index, payload), PRICE / 10);
        (index, payload) = _gap(10_000_000, 12_000_000);
        _refused(index, payload, abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
    }

    function test_A_gap_wholly_before_the_schedule_pays_nothing() public {
        uint64 early = appendSession(_ticket, STARTS - 100);
        (uint64 index, bytes memory payload) = _gapAt(START_MS - 50_000, START_MS);
        Inclusion memory session = shown(early);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(OutageClaims.NothingOwed.selector, _ticket));
        tickets.claimOutages(_ticket, session, gaps, alice);
    }

    function test_The_widest_gap_there_can_be_pays_the_face_value_and_no_more() public {
        uint64 early = append(
            Entries.write(Entries.plain(sessionStream(_ticket), "ticket-session-opened", 0))
        );
        (uint64 index, bytes memory payload) = _gapAt(0, type(uint64).max);
        vm.assertEq(_claimBy(early, index, payload), PRICE);
        vm.assertEq(tickets.escrowOf(_sale), 0);
        vm.prank(broadcaster);
        tickets.cancel(_sale);
        vm.prank(alice);
        vm.assertEq(tickets.refund(_ticket, alice), 0);
    }

    function test_A_refund_is_less_what_outages_have_paid() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        _claim(index, payload);
        vm.prank(broadcaster);
        tickets.cancel(_sale);
        vm.prank(alice);
        vm.assertEq(tickets.refund(_ticket, alice), PRICE * 9 / 10);
        vm.assertEq(tickets.escrowOf(_sale), 0);
    }

    function test_The_payees_get_what_outages_left() public {
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        _claim(index, payload);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(_sale);
        vm.assertEq(
            tickets.creditOf(first, address(0)) + tickets.creditOf(second, address(0)), PRICE * 9 / 10
        );
    }

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

    function test_Session_and_gap_may_stand_in_checkpoints_of_different_sizes() public {
        anchorLog();
        Inclusion memory session = shown(_session);
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(alice);
        tickets.claimOutages(_ticket, session, gaps, alice);
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

    function test_Whoever_calls_back_while_an_outage_is_paid_is_paid_once() public {
        ReenteringPayee greedy = new ReenteringPayee();
        vm.prank(alice);
        tickets.transferFrom(alice, address(greedy), _ticket);
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        bytes memory again = abi.encodeCall(
            tickets.claimOutages, (_ticket, shown(_session), one(gapOf(index, payload)), address(greedy))
        );
        greedy.plan(address(tickets), again);
        greedy.act(address(tickets), again);
        vm.assertEq(greedy.attempts(), 1);
        vm.assertEq(address(greedy).balance, PRICE / 10);
    }

    function testFuzz_Outages_never_pay_more_than_their_time(uint128 price, uint64[6] calldata times) public {
        Terms memory any = terms();
        any.price = uint128(bound(price, 1, type(uint128).max));
        vm.deal(alice, any.price);
        uint256 sale = sell(any);
        _ticket = buy(sale, alice);
        tickets.proveStart(sale, _startShown());
        _session = append(Entries.write(Entries.plain(sessionStream(_ticket), "ticket-session-opened", 0)));
        uint256 paid = 0;
        for (uint256 i = 0; i < 3; ++i) {
            uint64 from = START_MS + uint64(bound(times[2 * i], 0, 10_500_000));
            paid += _tryClaim(from, from + 1 + uint64(bound(times[2 * i + 1], 0, 5_000_000)));
            (,, uint128 told, uint64 claimedUntil) = tickets.ticketOf(_ticket);
            vm.assertEq(told, paid);
            vm.assertLe(paid, any.price);
            // Not more than for the time until which it is claimed.
            if (claimedUntil > 0) vm.assertLe(paid * 10_000_000, uint256(any.price) * (claimedUntil - START_MS));
        }
        vm.assertEq(address(0xf00d).balance, paid);
        vm.assertEq(tickets.escrowOf(sale), any.price - paid);
    }

    function _tryClaim(uint64 from, uint64 until) private returns (uint256) {
        (uint64 index, bytes memory payload) = _gapAt(from, until);
        bytes memory claim = abi.encodeCall(
            tickets.claimOutages, (_ticket, shown(_session), one(gapOf(index, payload)), address(0xf00d))
        );
        vm.prank(alice);
        (bool done, bytes memory answer) = address(tickets).call(claim);
        return done ? abi.decode(answer, (uint256)) : 0;
    }

    function _startShown() private returns (Inclusion memory) {
        anchorLog();
        return shown(0);
    }

    /// @dev By milliseconds after the start, in a log that is anchored then.
    function _gap(uint64 from, uint64 until) private returns (uint64 index, bytes memory payload) {
        return _gapAt(START_MS + from, START_MS + until);
    }

    function _gapAt(uint64 from, uint64 until) private returns (uint64 index, bytes memory payload) {
        payload = gapPayload(from, until);
        index = appendGap(payload);
        anchorLog();
    }

    function _later() private view returns (Terms memory later) {
        later = terms();
        (later.saleCloses, later.starts, later.startDeadline) =
            (uint64(block.timestamp) + 1, uint64(block.timestamp) + 1, uint64(block.timestamp) + 1);
        (later.ends, later.claimDeadline) = (uint64(block.timestamp) + 2, uint64(block.timestamp) + 3);
    }

    function _claim(uint64 index, bytes memory payload) private returns (uint256) {
        return _claimBy(_session, index, payload);
    }

    function _claimBy(uint64 sessionIndex, uint64 index, bytes memory payload) private returns (uint256) {
        Inclusion memory session = shown(sessionIndex);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(alice);
        return tickets.claimOutages(_ticket, session, gaps, alice);
    }

    function _refused(uint64 index, bytes memory payload, bytes memory reason) private {
        _refusedGap(shown(_session), gapOf(index, payload), reason);
    }

    function _refusedGap(Inclusion memory session, Gap memory gap, bytes memory reason) private {
        vm.prank(alice);
        vm.expectRevert(reason);
        tickets.claimOutages(_ticket, session, one(gap), alice);
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

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {OutageClaims} from "../src/tickets/OutageClaims.sol";
import {Gap, Inclusion, Terms} from "../src/tickets/TicketTypes.sol";
import {Entries} from "./support/Entries.sol";
import {OutageStory} from "./support/OutageStory.sol";
import {ReenteringPayee} from "./support/Strangers.sol";

contract OutageClaimsTest is OutageStory {
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

    function test_Session_and_gap_may_stand_in_checkpoints_of_different_sizes() public {
        anchorLog();
        Inclusion memory session = shown(_session);
        (uint64 index, bytes memory payload) = _gap(2_000_000, 3_000_000);
        Gap[] memory gaps = one(gapOf(index, payload));
        vm.prank(alice);
        tickets.claimOutages(_ticket, session, gaps, alice);
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
}

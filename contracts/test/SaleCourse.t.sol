// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {LedgerEntry} from "../src/ledger/LedgerEntry.sol";
import {SaleCourse} from "../src/tickets/SaleCourse.sol";
import {Sales} from "../src/tickets/Sales.sol";
import {Inclusion, Payee, SaleState, Terms} from "../src/tickets/TicketTypes.sol";
import {Entries} from "./support/Entries.sol";
import {SaleStory} from "./support/SaleStory.sol";

contract SaleCourseTest is SaleStory {
    uint256 private _sale;

    function setUp() public override {
        super.setUp();
        _sale = sell(terms());
        // Others' entries, so that the tree has some height.
        for (uint64 i = 0; i < 5; ++i) {
            append(bytes.concat("stream/", Entries.decimalOf(i)), "something-else", NOW);
        }
    }

    function test_An_anchored_start_starts_the_sale_whoever_shows_it() public {
        Inclusion memory started = _started(startedStream(), "broadcast-started", STARTS);
        vm.warp(START_DEADLINE);
        vm.prank(address(0xabcd));
        vm.expectEmit();
        emit SaleCourse.SaleStarted(_sale);
        tickets.proveStart(_sale, started);
        vm.assertEq(uint8(tickets.stateOf(_sale)), uint8(SaleState.Started));
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Started));
        tickets.proveStart(_sale, started);
    }

    function test_A_start_shown_after_the_deadline_is_too_late() public {
        Inclusion memory started = _started(startedStream(), "broadcast-started", STARTS);
        vm.warp(START_DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(SaleCourse.TooLate.selector, _sale, START_DEADLINE));
        tickets.proveStart(_sale, started);
    }

    function test_A_test_picture_more_than_a_day_before_is_no_start() public {
        Inclusion memory started = _started(startedStream(), "broadcast-started", STARTS - 1 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(SaleCourse.StartedTooEarly.selector, (STARTS - 1 days - 1) * 1_000_000)
        );
        tickets.proveStart(_sale, started);
        tickets.proveStart(_sale, _started(startedStream(), "broadcast-started", STARTS - 1 days));
    }

    function test_Another_broadcast_s_start_or_another_event_of_ours_starts_nothing() public {
        bytes memory other = startedStream();
        other[41] = other[41] == "0" ? bytes1("1") : bytes1("0");
        _differs(_started(other, "broadcast-started", STARTS));
        _differs(_started(bytes.concat(startedStream(), "0"), "broadcast-started", STARTS));
        _differs(_started(startedStream(), "broadcast-ended", STARTS));
        _differs(_started(outageStream(), "broadcast-started", STARTS));
    }

    function test_What_is_in_no_anchored_checkpoint_starts_nothing() public {
        uint64 index = append(startedStream(), "broadcast-started", STARTS);
        Inclusion memory started = shown(index);
        _notLogged(started);
        // By somebody else, or for another log.
        vm.prank(address(0xbad));
        anchor.submit(ORIGIN, started.size, log.root(log.size()));
        _notLogged(started);
        bytes32 root = log.root(log.size());
        vm.prank(submitter);
        anchor.submit("another log", started.size, root);
        _notLogged(started);
        anchorLog();
        started.index -= 1;
        _notLogged(started);
        started.index += 1;
        started.entry[30] ^= 0x01;
        _notLogged(started);
        started.entry[30] ^= 0x01;
        tickets.proveStart(_sale, started);
    }

    function test_An_anchored_leaf_that_is_no_entry_starts_nothing() public {
        uint64 index = append(bytes.concat(entries[0], hex"00"));
        anchorLog();
        Inclusion memory junk = shown(index);
        vm.expectRevert(LedgerEntry.MalformedEntry.selector);
        tickets.proveStart(_sale, junk);
    }

    function test_An_entry_of_version_2_starts_it_too() public {
        Entries.Fields memory fields = Entries.plain(startedStream(), "broadcast-started", STARTS * 1e6);
        (fields.version, fields.correlation) = (2, "cause");
        uint64 index = append(Entries.write(fields));
        anchorLog();
        tickets.proveStart(_sale, shown(index));
    }

    function test_A_start_that_nobody_showed_by_the_deadline_is_missed() public {
        vm.warp(START_DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(SaleCourse.TooEarly.selector, _sale, START_DEADLINE));
        tickets.startMissed(_sale);
        vm.warp(START_DEADLINE + 1);
        vm.expectEmit();
        emit SaleCourse.SaleRefunding(_sale, false);
        tickets.startMissed(_sale);
        vm.assertEq(uint8(tickets.stateOf(_sale)), uint8(SaleState.Refunding));
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Refunding));
        tickets.startMissed(_sale);
    }

    function test_A_sale_that_started_has_missed_nothing() public {
        start(_sale);
        vm.warp(START_DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Started));
        tickets.startMissed(_sale);
    }

    function test_The_broadcaster_alone_cancels() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.NotTheBroadcaster.selector, alice));
        tickets.cancel(_sale);
        vm.prank(broadcaster);
        vm.expectEmit();
        emit SaleCourse.SaleRefunding(_sale, true);
        tickets.cancel(_sale);
        vm.prank(broadcaster);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Refunding));
        tickets.cancel(_sale);
    }

    function test_Who_owns_the_broadcast_now_cancels() public {
        vm.prank(broadcaster);
        ownership.transferFrom(broadcaster, bob, uint256(uint128(BROADCAST)));
        vm.prank(broadcaster);
        vm.expectRevert(abi.encodeWithSelector(Sales.NotTheBroadcaster.selector, broadcaster));
        tickets.cancel(_sale);
        vm.prank(bob);
        tickets.cancel(_sale);
    }

    function test_A_sale_can_be_cancelled_until_its_claims_end_and_not_after() public {
        uint256 other = sell(terms());
        start(_sale);
        tickets.proveStart(other, shown(log.size() - 1));
        vm.warp(CLAIM_DEADLINE);
        vm.prank(broadcaster);
        tickets.cancel(other);
        vm.warp(CLAIM_DEADLINE + 1);
        vm.prank(broadcaster);
        vm.expectRevert(abi.encodeWithSelector(SaleCourse.TooLate.selector, _sale, CLAIM_DEADLINE));
        tickets.cancel(_sale);
        tickets.settle(_sale);
        vm.prank(broadcaster);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Settled));
        tickets.cancel(_sale);
    }

    function test_A_sale_settles_after_its_claims_end_and_once() public {
        buy(_sale, alice);
        buy(_sale, bob);
        start(_sale);
        vm.warp(CLAIM_DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(SaleCourse.TooEarly.selector, _sale, CLAIM_DEADLINE));
        tickets.settle(_sale);
        vm.assertEq(tickets.creditOf(first, address(0)), 0);
        vm.warp(CLAIM_DEADLINE + 1);
        vm.expectEmit();
        emit SaleCourse.SaleSettled(_sale, 2 * PRICE);
        tickets.settle(_sale);
        vm.assertEq(tickets.creditOf(first, address(0)), 2 * PRICE * 7 / 10);
        vm.assertEq(tickets.creditOf(second, address(0)), 2 * PRICE * 3 / 10);
        vm.assertEq(tickets.escrowOf(_sale), 0);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Settled));
        tickets.settle(_sale);
    }

    function test_Nothing_is_paid_out_while_a_sale_is_open_or_refunds() public {
        buy(_sale, alice);
        vm.warp(CLAIM_DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Open));
        tickets.settle(_sale);
        tickets.startMissed(_sale);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Refunding));
        tickets.settle(_sale);
        vm.assertEq(tickets.creditOf(first, address(0)) + tickets.creditOf(second, address(0)), 0);
        vm.assertEq(tickets.escrowOf(_sale), PRICE);
    }

    function test_A_sale_that_does_not_exist_has_no_course() public {
        Inclusion memory started = _started(startedStream(), "broadcast-started", STARTS);
        bytes memory unknown = abi.encodeWithSelector(Sales.SaleUnknown.selector, 77);
        vm.expectRevert(unknown);
        tickets.proveStart(77, started);
        vm.expectRevert(unknown);
        tickets.startMissed(77);
        vm.expectRevert(unknown);
        tickets.cancel(77);
        vm.expectRevert(unknown);
        tickets.settle(77);
    }

    function test_A_burned_ticket_s_money_is_the_payees_when_the_sale_settles() public {
        uint256 ticket = buy(_sale, alice);
        vm.prank(alice);
        tickets.burn(ticket);
        start(_sale);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(_sale);
        vm.assertEq(tickets.creditOf(first, address(0)) + tickets.creditOf(second, address(0)), PRICE);
    }

    function testFuzz_Shares_add_up_to_the_proceeds(uint128 price, uint16[15] calldata shares) public {
        Payee[] memory list = new Payee[](16);
        uint16 left = 10_000;
        for (uint256 i = 0; i < 15; ++i) {
            list[i] = Payee(address(uint160(i + 100)), uint16(bound(shares[i], 0, left)));
            left -= list[i].share;
        }
        list[15] = Payee(address(uint160(115)), left);
        vm.deal(alice, price);
        uint256 sale = _sellAt(price, list);
        buy(sale, alice);
        start(sale);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(sale);
        uint256 sum = 0;
        for (uint256 i = 0; i < 16; ++i) {
            uint256 credit = tickets.creditOf(list[i].to, address(0));
            vm.assertGe(credit, uint256(price) * list[i].share / 10_000);
            sum += credit;
        }
        vm.assertEq(sum, price);
    }

    function _sellAt(uint128 price, Payee[] memory list) private returns (uint256) {
        Terms memory chosen = terms();
        chosen.price = price;
        return sell(chosen, list);
    }

    function _started(bytes memory stream, bytes memory kind, uint64 seconds_) private returns (Inclusion memory) {
        uint64 index = append(stream, kind, seconds_);
        anchorLog();
        return shown(index);
    }

    function _differs(Inclusion memory started) private {
        vm.expectRevert(abi.encodeWithSelector(SaleCourse.EntryDiffers.selector, started.index));
        tickets.proveStart(_sale, started);
    }

    function _notLogged(Inclusion memory started) private {
        vm.expectRevert(abi.encodeWithSelector(SaleCourse.NotInTheLog.selector, started.size, started.index));
        tickets.proveStart(_sale, started);
    }
}

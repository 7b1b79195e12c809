// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Tickets} from "../src/Tickets.sol";
import {Escrow} from "../src/tickets/Escrow.sol";
import {Sales} from "../src/tickets/Sales.sol";
import {SaleTerms} from "../src/tickets/SaleTerms.sol";
import {Payee, SaleState, Terms} from "../src/tickets/TicketTypes.sol";
import {FeeCurrency, HonestCurrency, HostileCurrency} from "./support/Currencies.sol";
import {SaleStory} from "./support/SaleStory.sol";

contract BuyingTest is SaleStory {
    function test_A_sale_is_what_its_terms_say() public {
        vm.expectEmit();
        emit Sales.SaleCreated(1, BROADCAST, broadcaster);
        uint256 sale = sell(terms());
        vm.assertEq(sale, 1);
        vm.assertEq(uint8(tickets.stateOf(sale)), uint8(SaleState.Open));
        vm.assertEq(keccak256(abi.encode(tickets.termsOf(sale))), keccak256(abi.encode(terms())));
        vm.assertEq(keccak256(abi.encode(tickets.payeesOf(sale))), keccak256(abi.encode(payees())));
        vm.assertEq(sell(terms()), 2);
        vm.assertEq(uint8(tickets.stateOf(3)), uint8(SaleState.None));
    }

    function test_The_owner_of_the_broadcast_alone_sells_it() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.NotTheBroadcaster.selector, alice));
        tickets.createSale(terms(), payees());
        Terms memory unknown = terms();
        unknown.broadcast = "nobody's";
        vm.prank(broadcaster);
        vm.expectPartialRevert(IERC721Errors.ERC721NonexistentToken.selector);
        tickets.createSale(unknown, payees());
    }

    function test_A_schedule_out_of_order_or_out_of_reach_is_refused() public {
        for (uint256 i = 0; i < 11; ++i) {
            Terms memory bad = terms();
            if (i == 0) bad.saleOpens = bad.saleCloses;
            if (i == 1) bad.saleCloses = bad.ends + 1;
            if (i == 2) bad.starts = bad.ends;
            if (i == 3) bad.startDeadline = bad.starts - 1;
            if (i == 4) bad.startDeadline = bad.ends + 1;
            if (i == 5) bad.claimDeadline = bad.ends;
            if (i == 6) (bad.saleOpens, bad.saleCloses) = (NOW - 1, NOW);
            if (i == 7) (bad.starts, bad.startDeadline) = (NOW, NOW);
            if (i == 8) bad.claimDeadline = NOW + 400 days + 1;
            if (i == 9) bad.starts = bad.ends - 400 days - 1;
            if (i == 10) bad.claimDeadline = type(uint64).max;
            _refused(bad, SaleTerms.ScheduleRefused.selector);
        }
    }

    function test_A_schedule_at_its_limits_is_taken() public {
        Terms memory wide = terms();
        wide.claimDeadline = NOW + 400 days;
        wide.startDeadline = wide.ends;
        wide.saleOpens = 0;
        sell(wide);
        wide.startDeadline = wide.starts;
        wide.saleCloses = NOW + 1;
        sell(wide);
        // Under way for a while: what is sold late.
        wide.starts = wide.ends - 400 days;
        wide.startDeadline = NOW + 1;
        sell(wide);
    }

    function test_Terms_that_could_not_be_kept_are_refused() public {
        for (uint256 i = 0; i < 7; ++i) {
            Terms memory bad = terms();
            bytes memory reason = abi.encodeWithSelector(SaleTerms.LogMissing.selector);
            if (i == 0) bad.submitter = address(0);
            if (i == 1) bad.origin = 0;
            if (i == 2) (bad.supply, reason) = (0, abi.encodeWithSelector(SaleTerms.SupplyIsZero.selector));
            if (i == 3) (bad.transfers, reason) = (3, abi.encodeWithSelector(SaleTerms.TransferRulesRefused.selector));
            if (i == 4) {
                (bad.transferFee, reason) = (5_001, abi.encodeWithSelector(SaleTerms.TransferRulesRefused.selector));
            }
            if (i == 5) bad.currency = alice;
            if (i == 6) bad.currency = address(tickets);
            if (i > 4) reason = abi.encodeWithSelector(SaleTerms.CurrencyRefused.selector, bad.currency);
            vm.prank(broadcaster);
            vm.expectRevert(reason);
            tickets.createSale(bad, payees());
        }
    }

    function test_Payees_are_1_to_16_and_share_a_whole() public {
        _refusedPayees(new Payee[](0));
        Payee[] memory list = payees();
        list[1].share = 2_999;
        _refusedPayees(list);
        list[1].share = 3_001;
        _refusedPayees(list);
        list = payees();
        list[0].to = address(0);
        _refusedPayees(list);
        list = payees();
        list[0].to = address(tickets);
        _refusedPayees(list);
        _refusedPayees(_equalPayees(17));
        vm.assertEq(tickets.payeesOf(sell(terms(), _equalPayees(16))).length, 16);
        Payee[] memory alone = new Payee[](1);
        alone[0] = Payee(first, 10_000);
        sell(terms(), alone);
    }

    function test_A_buyer_gets_a_ticket_and_the_sale_holds_its_price() public {
        uint256 sale = sell(terms());
        vm.expectEmit();
        emit Sales.TicketBought(1, sale, alice, PRICE);
        uint256 ticket = buy(sale, alice);
        vm.assertEq(tickets.ownerOf(ticket), alice);
        vm.assertEq(tickets.escrowOf(sale), PRICE);
        vm.assertEq(tickets.soldOf(sale), 1);
        (uint256 ofSale, uint128 face, uint128 paid, uint64 claimedUntil) = tickets.ticketOf(ticket);
        vm.assertEq(ofSale, sale);
        vm.assertEq(face, PRICE);
        vm.assertEq(paid + claimedUntil, 0);
        vm.assertEq(address(tickets).balance, PRICE);
    }

    function test_Exactly_the_price_is_taken() public {
        uint256 sale = sell(terms());
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, PRICE, PRICE - 1));
        tickets.buy{value: PRICE - 1}(sale);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, PRICE, PRICE + 1));
        tickets.buy{value: PRICE + 1}(sale);
    }

    function test_A_gift_costs_nothing() public {
        Terms memory free = terms();
        free.price = 0;
        uint256 sale = sell(free);
        buy(sale, alice);
        vm.assertEq(tickets.escrowOf(sale), 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, 0, 1));
        tickets.buy{value: 1}(sale);
    }

    function test_No_more_are_sold_than_there_are() public {
        Terms memory few = terms();
        few.supply = 2;
        uint256 sale = sell(few);
        buy(sale, alice);
        uint256 ticket = buy(sale, alice);
        // One that is burned is not sold again: its face value waits in the sale.
        vm.prank(alice);
        tickets.burn(ticket);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(Sales.SoldOut.selector, sale));
        tickets.buy{value: PRICE}(sale);
    }

    function test_Nothing_is_sold_before_the_sale_opens_or_after_it_closes() public {
        Terms memory later = terms();
        (later.saleOpens, later.saleCloses) = (NOW + 100, NOW + 200);
        uint256 sale = sell(later);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleNotOpen.selector, sale));
        tickets.buy{value: PRICE}(sale);
        vm.warp(NOW + 100);
        buy(sale, alice);
        vm.warp(NOW + 200);
        buy(sale, alice);
        vm.warp(NOW + 201);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleClosed.selector, sale));
        tickets.buy{value: PRICE}(sale);
    }

    function test_A_sale_that_started_sells_until_it_closes_and_one_that_missed_its_start_does_not() public {
        (uint256 goes, uint256 missed) = (sell(terms()), sell(terms()));
        start(goes);
        vm.warp(START_DEADLINE);
        buy(goes, alice);
        buy(missed, alice);
        vm.warp(START_DEADLINE + 1);
        buy(goes, alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleClosed.selector, missed));
        tickets.buy{value: PRICE}(missed);
        tickets.startMissed(missed);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, missed, SaleState.Refunding));
        tickets.buy{value: PRICE}(missed);
    }

    function test_What_is_not_on_sale_cannot_be_bought() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleUnknown.selector, 9));
        tickets.buy(9);
        Terms memory closed = terms();
        closed.voucherOnly = true;
        uint256 sale = sell(closed);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.VoucherNeeded.selector, sale));
        tickets.buy{value: PRICE}(sale);
    }

    function test_The_price_in_an_ERC20_is_taken_from_the_buyer() public {
        HonestCurrency currency = new HonestCurrency();
        uint256 sale = _sellFor(address(currency));
        currency.give(alice, PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), PRICE);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, 0, 1));
        tickets.buy{value: 1}(sale);
        tickets.buy(sale);
        vm.assertEq(currency.balanceOf(address(tickets)), PRICE);
        vm.assertEq(tickets.escrowOf(sale), PRICE);
    }

    function test_A_currency_that_keeps_a_fee_is_credited_by_what_arrives() public {
        FeeCurrency currency = new FeeCurrency();
        currency.charge(100, 0);
        uint256 sale = _sellFor(address(currency));
        currency.give(alice, PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), PRICE);
        (, uint128 face,,) = tickets.ticketOf(tickets.buy(sale));
        vm.assertEq(face, PRICE * 99 / 100);
        vm.assertEq(tickets.escrowOf(sale), face);
    }

    function test_A_currency_that_only_says_it_paid_buys_nothing() public {
        HostileCurrency currency = new HostileCurrency();
        uint256 sale = _sellFor(address(currency));
        currency.give(alice, 10 * PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), type(uint256).max);
        currency.behave(HostileCurrency.Manner.MovesNothing);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NothingArrived.selector, currency));
        tickets.buy(sale);
        currency.behave(HostileCurrency.Manner.ReturnsFalse);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, currency));
        tickets.buy(sale);
        currency.behave(HostileCurrency.Manner.Reverts);
        vm.expectRevert("hostile");
        tickets.buy(sale);
        currency.behave(HostileCurrency.Manner.Honest);
        tickets.buy(sale);
        // It takes from us instead of giving.
        currency.behave(HostileCurrency.Manner.TakesBack);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NothingArrived.selector, currency));
        tickets.buy(sale);
    }

    function test_A_currency_that_calls_back_while_it_pays_gets_nothing_for_it() public {
        HostileCurrency currency = new HostileCurrency();
        uint256 sale = _sellFor(address(currency));
        currency.give(alice, 10 * PRICE);
        currency.give(address(currency), 10 * PRICE);
        vm.prank(address(currency));
        currency.approve(address(tickets), type(uint256).max);
        currency.attack(address(tickets), abi.encodeCall(Tickets(address(0)).buy, (sale)));
        vm.startPrank(alice);
        currency.approve(address(tickets), type(uint256).max);
        tickets.buy(sale);
        vm.assertFalse(currency.callSucceeded());
        vm.assertEq(tickets.soldOf(sale), 1);
        vm.assertEq(tickets.escrowOf(sale), PRICE);
    }

    function test_More_than_a_face_value_can_hold_is_refused() public {
        Inflating currency = new Inflating();
        uint256 sale = _sellFor(address(currency));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, 1 << 128));
        tickets.buy(sale);
    }

    function testFuzz_The_escrow_is_the_sum_of_the_prices(uint128 price, uint8 count) public {
        Terms memory any = terms();
        any.price = price;
        any.supply = 50;
        uint256 sale = sell(any);
        uint256 n = bound(count, 1, 20);
        vm.deal(alice, n * price);
        for (uint256 i = 0; i < n; ++i) {
            buy(sale, alice);
        }
        vm.assertEq(tickets.escrowOf(sale), n * price);
        vm.assertEq(address(tickets).balance, n * price);
    }

    function _sellFor(address currency) private returns (uint256) {
        Terms memory inCurrency = terms();
        inCurrency.currency = currency;
        return sell(inCurrency);
    }

    function _equalPayees(uint16 count) private view returns (Payee[] memory list) {
        list = new Payee[](count);
        for (uint16 i = 0; i < count; ++i) {
            list[i] = Payee(first, i == 0 ? 10_000 - (count - 1) * 500 : 500);
        }
    }

    function _refused(Terms memory bad, bytes4 reason) private {
        vm.prank(broadcaster);
        vm.expectRevert(reason);
        tickets.createSale(bad, payees());
    }

    function _refusedPayees(Payee[] memory bad) private {
        vm.prank(broadcaster);
        vm.expectRevert(SaleTerms.PayeesRefused.selector);
        tickets.createSale(terms(), bad);
    }
}

/// @title Its balances are whatever it likes
contract Inflating {
    uint256 private _balance;

    function balanceOf(address) external view returns (uint256) {
        return _balance;
    }

    function transferFrom(address, address, uint256) external returns (bool) {
        _balance += 1 << 128;
        return true;
    }
}

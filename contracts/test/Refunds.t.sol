// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Tickets} from "../src/Tickets.sol";
import {Escrow} from "../src/tickets/Escrow.sol";
import {Refunds} from "../src/tickets/Refunds.sol";
import {Sales} from "../src/tickets/Sales.sol";
import {Gap, Inclusion, Payee, SaleState, Terms} from "../src/tickets/TicketTypes.sol";
import {FeeCurrency, HostileCurrency} from "./support/Currencies.sol";
import {SaleStory} from "./support/SaleStory.sol";
import {ReenteringPayee, RefusingPayee} from "./support/Strangers.sol";

contract RefundsTest is SaleStory {
    function test_A_refund_is_paid_once() public {
        (uint256 sale, uint256 ticket) = _refunding();
        vm.prank(alice);
        vm.expectEmit();
        emit Refunds.TicketRefunded(ticket, alice, PRICE);
        vm.assertEq(tickets.refund(ticket, alice), PRICE);
        vm.assertEq(alice.balance, 100 ether);
        vm.assertEq(tickets.escrowOf(sale), 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, ticket));
        tickets.refund(ticket, alice);
    }

    function test_A_refund_goes_where_its_holder_says() public {
        (, uint256 ticket) = _refunding();
        vm.prank(alice);
        tickets.refund(ticket, address(0xdead));
        vm.assertEq(address(0xdead).balance, PRICE);
    }

    function test_The_holder_alone_is_refunded() public {
        (, uint256 ticket) = _refunding();
        vm.prank(alice);
        tickets.approve(bob, ticket);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(Sales.NotTheHolder.selector, ticket, bob));
        tickets.refund(ticket, bob);
    }

    function test_Nothing_is_refunded_while_the_sale_goes_on_or_once_it_has_settled() public {
        uint256 sale = sell(terms());
        uint256 ticket = buy(sale, alice);
        _refused(ticket, sale, SaleState.Open);
        start(sale);
        _refused(ticket, sale, SaleState.Started);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(sale);
        _refused(ticket, sale, SaleState.Settled);
    }

    function test_A_refund_is_what_came_in_and_not_what_was_asked() public {
        FeeCurrency currency = new FeeCurrency();
        currency.charge(1_000, 0);
        uint256 sale = _sellFor(address(currency));
        uint256 ticket = _buyWith(currency, sale);
        vm.prank(broadcaster);
        tickets.cancel(sale);
        vm.prank(alice);
        vm.assertEq(tickets.refund(ticket, alice), PRICE * 9 / 10);
        vm.assertEq(currency.balanceOf(address(tickets)), 0);
    }

    function test_A_currency_that_takes_from_others_when_it_pays_pays_nobody() public {
        FeeCurrency currency = new FeeCurrency();
        uint256 sale = _sellFor(address(currency));
        uint256 ticket = _buyWith(currency, sale);
        _buyWith(currency, sale);
        vm.prank(broadcaster);
        tickets.cancel(sale);
        currency.charge(0, 100);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Escrow.CurrencyTookMore.selector, currency));
        tickets.refund(ticket, alice);
        currency.charge(0, 0);
        vm.prank(alice);
        tickets.refund(ticket, alice);
    }

    function test_A_gift_is_refunded_by_burning_it() public {
        Terms memory free = terms();
        free.price = 0;
        uint256 sale = sell(free);
        uint256 ticket = buy(sale, alice);
        vm.prank(broadcaster);
        tickets.cancel(sale);
        vm.prank(alice);
        vm.assertEq(tickets.refund(ticket, address(0)), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, ticket));
        tickets.ownerOf(ticket);
    }

    function test_Money_goes_neither_to_nobody_nor_to_the_contract_itself() public {
        (, uint256 ticket) = _refunding();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Escrow.RecipientRefused.selector, address(0)));
        tickets.refund(ticket, address(0));
        vm.expectRevert(abi.encodeWithSelector(Escrow.RecipientRefused.selector, address(tickets)));
        tickets.refund(ticket, address(tickets));
    }

    function test_After_a_burn_there_is_no_owner_no_refund_no_claim_and_no_transfer() public {
        uint256 sale = sell(terms());
        (uint256 ticket, uint256 other) = (buy(sale, alice), buy(sale, alice));
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(Sales.NotTheHolder.selector, ticket, bob));
        tickets.burn(ticket);
        vm.prank(alice);
        tickets.burn(ticket);
        vm.assertEq(tickets.escrowOf(sale), 2 * PRICE);
        (uint256 ofSale, uint128 face,,) = tickets.ticketOf(ticket);
        vm.assertEq(ofSale + face, 0);

        start(sale);
        Inclusion memory any = shown(0);
        bytes memory gone = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, ticket);
        vm.startPrank(alice);
        vm.expectRevert(gone);
        tickets.claimOutages(ticket, any, new Gap[](1), alice);
        vm.expectRevert(gone);
        tickets.transferFrom(alice, bob, ticket);
        vm.expectRevert(gone);
        tickets.ownerOf(ticket);
        vm.expectRevert(gone);
        tickets.burn(ticket);
        vm.stopPrank();
        vm.prank(broadcaster);
        tickets.cancel(sale);
        vm.startPrank(alice);
        vm.expectRevert(gone);
        tickets.refund(ticket, alice);
        tickets.refund(other, alice);
        vm.assertEq(alice.balance, 99 ether);
    }

    function test_Who_cannot_be_paid_holds_up_nobody_else() public {
        RefusingPayee stuck = new RefusingPayee();
        uint256 sale = sell(terms());
        vm.deal(address(stuck), PRICE);
        bytes memory bought = stuck.act{value: PRICE}(address(tickets), abi.encodeCall(Tickets(address(0)).buy, (sale)));
        uint256 its = abi.decode(bought, (uint256));
        uint256 ticket = buy(sale, alice);
        vm.prank(broadcaster);
        tickets.cancel(sale);
        vm.expectRevert("act failed");
        stuck.act(address(tickets), abi.encodeCall(Refunds.refund, (its, address(stuck))));
        vm.prank(alice);
        tickets.refund(ticket, alice);
        vm.assertEq(alice.balance, 100 ether);
        // And is not lost itself: it may name somebody who can.
        stuck.act(address(tickets), abi.encodeCall(Refunds.refund, (its, bob)));
        vm.assertEq(bob.balance, 100 ether + PRICE);
    }

    function test_A_payee_that_takes_no_coin_holds_up_neither_settlement_nor_the_others() public {
        RefusingPayee stuck = new RefusingPayee();
        Payee[] memory list = payees();
        list[0].to = address(stuck);
        uint256 sale = sell(terms(), list);
        buy(sale, alice);
        start(sale);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(sale);
        vm.prank(second);
        vm.assertEq(tickets.withdraw(address(0), second), PRICE * 3 / 10);
        vm.assertEq(second.balance, PRICE * 3 / 10);
        vm.prank(address(stuck));
        vm.expectRevert(abi.encodeWithSelector(Escrow.PaymentFailed.selector, stuck));
        tickets.withdraw(address(0), address(stuck));
        vm.prank(address(stuck));
        tickets.withdraw(address(0), bob);
        vm.assertEq(bob.balance, 100 ether + PRICE * 7 / 10);
    }

    function test_A_credit_is_withdrawn_once() public {
        Payee[] memory list = payees();
        uint256 sale = sell(terms(), list);
        buy(sale, alice);
        start(sale);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(sale);
        vm.startPrank(first);
        vm.expectEmit();
        emit Escrow.Withdrawn(first, address(0), bob, PRICE * 7 / 10);
        tickets.withdraw(address(0), bob);
        vm.expectRevert(Escrow.NothingToWithdraw.selector);
        tickets.withdraw(address(0), bob);
        vm.expectRevert(Escrow.NothingToWithdraw.selector);
        tickets.withdraw(address(0xc0), bob);
    }

    function test_Whoever_calls_back_while_it_is_paid_is_paid_once() public {
        ReenteringPayee greedy = new ReenteringPayee();
        uint256 sale = sell(terms());
        bytes memory bought = greedy.act{value: PRICE}(address(tickets), abi.encodeCall(Tickets(address(0)).buy, (sale)));
        uint256 its = abi.decode(bought, (uint256));
        buy(sale, alice);
        vm.prank(broadcaster);
        tickets.cancel(sale);
        bytes memory again = abi.encodeCall(Refunds.refund, (its, address(greedy)));
        greedy.plan(address(tickets), again);
        greedy.act(address(tickets), again);
        vm.assertEq(greedy.attempts(), 1);
        vm.assertEq(greedy.successes(), 0);
        vm.assertEq(address(greedy).balance, PRICE);
        vm.assertEq(tickets.escrowOf(sale), PRICE);
    }

    function test_A_payee_that_calls_back_while_it_withdraws_gets_its_share_and_no_more() public {
        ReenteringPayee greedy = new ReenteringPayee();
        Payee[] memory list = payees();
        list[0].to = address(greedy);
        uint256 sale = sell(terms(), list);
        buy(sale, alice);
        start(sale);
        vm.warp(CLAIM_DEADLINE + 1);
        tickets.settle(sale);
        bytes memory again = abi.encodeCall(Escrow.withdraw, (address(0), address(greedy)));
        greedy.plan(address(tickets), again);
        greedy.act(address(tickets), again);
        vm.assertEq(greedy.attempts(), 1);
        vm.assertEq(address(greedy).balance, PRICE * 7 / 10);
        vm.assertEq(address(tickets).balance, PRICE * 3 / 10);
    }

    function test_The_lock_is_on_whatever_moves_money_or_state() public {
        HostileCurrency currency = new HostileCurrency();
        uint256 sale = _sellFor(address(currency));
        uint256 other = sell(terms());
        currency.give(alice, 100 * PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), type(uint256).max);
        Inclusion memory nothing;
        bytes[9] memory calls = [
            abi.encodeCall(tickets.settle, (other)),
            abi.encodeCall(tickets.startMissed, (other)),
            abi.encodeCall(tickets.cancel, (other)),
            abi.encodeCall(tickets.burn, (1)),
            abi.encodeCall(tickets.refund, (1, alice)),
            abi.encodeCall(tickets.withdraw, (address(0), alice)),
            abi.encodeCall(tickets.payTransferFee, (1)),
            abi.encodeCall(tickets.proveStart, (other, nothing)),
            abi.encodeCall(tickets.claimOutages, (1, nothing, new Gap[](0), alice))
        ];
        for (uint256 i = 0; i < 9; ++i) {
            currency.attack(address(tickets), calls[i]);
            tickets.buy(sale);
            vm.assertFalse(currency.callSucceeded());
            vm.assertEq(
                bytes32(currency.callAnswer()),
                bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
    }

    function test_A_currency_that_fails_holds_up_no_other_currency() public {
        HostileCurrency currency = new HostileCurrency();
        uint256 bad = _sellFor(address(currency));
        currency.give(alice, PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), PRICE);
        uint256 stuck = tickets.buy(bad);
        vm.stopPrank();
        uint256 good = sell(terms());
        uint256 ticket = buy(good, alice);
        vm.startPrank(broadcaster);
        tickets.cancel(bad);
        tickets.cancel(good);
        vm.stopPrank();
        currency.behave(HostileCurrency.Manner.Reverts);
        vm.startPrank(alice);
        vm.expectRevert("hostile");
        tickets.refund(stuck, alice);
        tickets.refund(ticket, alice);
        vm.assertEq(alice.balance, 100 ether);
    }

    function test_One_sale_s_money_is_out_of_another_s_reach() public {
        (uint256 rich, uint256 poor) = (sell(terms()), sell(terms()));
        buy(rich, alice);
        buy(rich, alice);
        uint256 ticket = buy(poor, bob);
        vm.prank(broadcaster);
        tickets.cancel(poor);
        vm.prank(bob);
        tickets.refund(ticket, bob);
        vm.assertEq(tickets.escrowOf(poor), 0);
        vm.assertEq(tickets.escrowOf(rich), 2 * PRICE);
    }

    function _refunding() private returns (uint256 sale, uint256 ticket) {
        sale = sell(terms());
        ticket = buy(sale, alice);
        vm.prank(broadcaster);
        tickets.cancel(sale);
    }

    function _sellFor(address currency) private returns (uint256) {
        Terms memory inCurrency = terms();
        inCurrency.currency = currency;
        return sell(inCurrency);
    }

    function _buyWith(FeeCurrency currency, uint256 sale) private returns (uint256 ticket) {
        currency.give(alice, PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), PRICE);
        ticket = tickets.buy(sale);
        vm.stopPrank();
    }

    function _refused(uint256 ticket, uint256 sale, SaleState state) private {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Sales.SaleIs.selector, sale, state));
        tickets.refund(ticket, alice);
    }
}

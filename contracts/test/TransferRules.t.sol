// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Escrow} from "../src/tickets/Escrow.sol";
import {Terms} from "../src/tickets/TicketTypes.sol";
import {TransferRules} from "../src/tickets/TransferRules.sol";
import {FeeCurrency} from "./support/Currencies.sol";
import {SaleStory} from "./support/SaleStory.sol";

contract TransferRulesTest is SaleStory {
    function test_A_ticket_that_never_moves_never_moves() public {
        uint256 ticket = _ticket(0, 0);
        _forbidden(ticket);
        vm.warp(CLAIM_DEADLINE + 1);
        _forbidden(ticket);
    }

    function test_A_ticket_that_moves_until_the_start_stays_from_then_on() public {
        uint256 ticket = _ticket(1, 0);
        vm.warp(STARTS - 1);
        _move(ticket, alice, bob);
        _move(ticket, bob, alice);
        vm.warp(STARTS);
        _forbidden(ticket);
    }

    function test_A_ticket_that_always_moves_moves_at_the_end_too() public {
        uint256 ticket = _ticket(2, 0);
        vm.warp(CLAIM_DEADLINE + 1);
        _move(ticket, alice, bob);
        vm.assertEq(tickets.ownerOf(ticket), bob);
    }

    function test_A_ticket_moves_while_its_sale_refunds_and_the_new_holder_is_refunded() public {
        uint256 ticket = _ticket(2, 0);
        vm.prank(broadcaster);
        tickets.cancel(1);
        _move(ticket, alice, bob);
        vm.prank(bob);
        tickets.refund(ticket, bob);
        vm.assertEq(bob.balance, 100 ether + PRICE);
    }

    function test_A_transfer_costs_its_fee_and_the_next_one_again() public {
        uint256 ticket = _ticket(2, 500);
        uint256 fee = PRICE / 20;
        vm.assertEq(tickets.transferFeeOf(ticket), fee);
        _unpaid(ticket, fee);
        vm.prank(bob);
        vm.expectEmit();
        emit TransferRules.TransferFeePaid(ticket, bob, fee);
        tickets.payTransferFee{value: fee}(ticket);
        vm.assertEq(tickets.transferFeeOf(ticket), 0);
        _move(ticket, alice, bob);
        vm.assertEq(tickets.transferFeeOf(ticket), fee);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.TransferFeeUnpaid.selector, ticket, fee));
        tickets.transferFrom(bob, alice, ticket);
    }

    function test_A_fee_is_the_payees_at_once_and_no_part_of_the_face_value() public {
        uint256 ticket = _ticket(2, 500);
        tickets.payTransferFee{value: PRICE / 20}(ticket);
        vm.assertEq(tickets.creditOf(first, address(0)), PRICE / 20 * 7 / 10);
        vm.assertEq(tickets.creditOf(second, address(0)), PRICE / 20 * 3 / 10);
        vm.assertEq(tickets.escrowOf(1), PRICE);
        (, uint128 face,,) = tickets.ticketOf(ticket);
        vm.assertEq(face, PRICE);
    }

    function test_A_fee_is_paid_once_exactly_and_only_if_one_is_due() public {
        uint256 ticket = _ticket(2, 500);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, PRICE / 20, PRICE / 20 - 1));
        tickets.payTransferFee{value: PRICE / 20 - 1}(ticket);
        tickets.payTransferFee{value: PRICE / 20}(ticket);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.NoTransferFeeDue.selector, ticket));
        tickets.payTransferFee{value: PRICE / 20}(ticket);
        uint256 free = buy(sell(terms()), alice);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.NoTransferFeeDue.selector, free));
        tickets.payTransferFee(free);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 99));
        tickets.payTransferFee(99);
    }

    function test_Nobody_can_pay_for_a_transfer_that_is_forbidden() public {
        uint256 ticket = _ticket(1, 500);
        vm.warp(STARTS);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.TransfersForbidden.selector, ticket));
        tickets.payTransferFee{value: PRICE / 20}(ticket);
    }

    function test_A_fee_that_rounds_to_nothing_is_none() public {
        Terms memory cheap = terms();
        (cheap.price, cheap.transferFee) = (19, 500);
        uint256 ticket = buy(sell(cheap), alice);
        _move(ticket, alice, bob);
    }

    function test_A_fee_in_a_currency_that_keeps_some_is_credited_by_what_arrives() public {
        FeeCurrency currency = new FeeCurrency();
        Terms memory chosen = terms();
        (chosen.currency, chosen.transferFee) = (address(currency), 1_000);
        uint256 sale = sell(chosen);
        currency.give(alice, 2 * PRICE);
        vm.startPrank(alice);
        currency.approve(address(tickets), type(uint256).max);
        uint256 ticket = tickets.buy(sale);
        currency.charge(1_000, 0);
        tickets.payTransferFee(ticket);
        vm.assertEq(
            tickets.creditOf(first, address(currency)) + tickets.creditOf(second, address(currency)), PRICE * 9 / 100
        );
        tickets.transferFrom(alice, bob, ticket);
    }

    function test_An_approved_account_keeps_to_the_rules_too() public {
        uint256 ticket = _ticket(1, 0);
        vm.prank(alice);
        tickets.approve(bob, ticket);
        vm.warp(STARTS);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.TransfersForbidden.selector, ticket));
        tickets.transferFrom(alice, bob, ticket);
    }

    function testFuzz_Fees_are_split_without_a_remainder(uint128 price, uint16 fee) public {
        Terms memory chosen = terms();
        (chosen.price, chosen.transferFee) = (price, uint16(bound(fee, 1, 5_000)));
        vm.deal(alice, price);
        uint256 ticket = buy(sell(chosen), alice);
        uint256 due = uint256(price) * chosen.transferFee / 10_000;
        vm.assertEq(tickets.transferFeeOf(ticket), due);
        if (due == 0) return;
        vm.deal(address(this), due);
        tickets.payTransferFee{value: due}(ticket);
        vm.assertEq(tickets.creditOf(first, address(0)) + tickets.creditOf(second, address(0)), due);
        vm.assertEq(tickets.creditOf(first, address(0)), due * 7 / 10);
    }

    function _ticket(uint8 transfers, uint16 fee) private returns (uint256) {
        Terms memory chosen = terms();
        (chosen.transfers, chosen.transferFee) = (transfers, fee);
        return buy(sell(chosen), alice);
    }

    function _move(uint256 ticket, address from, address to) private {
        vm.prank(from);
        tickets.transferFrom(from, to, ticket);
    }

    function _forbidden(uint256 ticket) private {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.TransfersForbidden.selector, ticket));
        tickets.transferFrom(alice, bob, ticket);
    }

    function _unpaid(uint256 ticket, uint256 fee) private {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(TransferRules.TransferFeeUnpaid.selector, ticket, fee));
        tickets.transferFrom(alice, bob, ticket);
    }
}

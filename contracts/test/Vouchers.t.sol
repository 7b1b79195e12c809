// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Tickets} from "../src/Tickets.sol";
import {Sales} from "../src/tickets/Sales.sol";
import {Escrow} from "../src/tickets/Escrow.sol";
import {SaleState, Terms, Voucher} from "../src/tickets/TicketTypes.sol";
import {Vouchers} from "../src/tickets/Vouchers.sol";
import {HostileCurrency} from "./support/Currencies.sol";
import {SaleStory} from "./support/SaleStory.sol";
import {ContractWallet} from "./support/Strangers.sol";

contract VouchersTest is SaleStory {
    uint256 private _sale;

    function setUp() public override {
        super.setUp();
        Terms memory closed = terms();
        closed.voucherOnly = true;
        closed.saleOpens = NOW + 100;
        _sale = sell(closed);
    }

    function test_Anybody_may_pay_and_the_voucher_s_buyer_has_the_ticket() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        voucher.price = PRICE / 4;
        bytes memory signature = signed(voucher);
        vm.prank(relayer);
        vm.expectEmit();
        emit Sales.TicketBought(1, _sale, alice, PRICE / 4);
        vm.expectEmit();
        emit Vouchers.VoucherRedeemed(1, broadcaster, 5);
        uint256 ticket = tickets.redeem{value: PRICE / 4}(voucher, signature);
        vm.assertEq(tickets.ownerOf(ticket), alice);
        vm.assertEq(relayer.balance, 100 ether - PRICE / 4);
        vm.assertEq(tickets.escrowOf(_sale), PRICE / 4);
        vm.assertTrue(tickets.nonceUsed(broadcaster, 5));
        vm.assertFalse(tickets.nonceUsed(broadcaster, 4));
        vm.assertFalse(tickets.nonceUsed(broadcaster, 6));
    }

    /// @dev EIP-712, computed here step by step.
    function test_What_is_signed_is_EIP_712() public view {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("LiveLedger Tickets"),
                keccak256("1"),
                block.chainid,
                address(tickets)
            )
        );
        bytes32 struct_ = keccak256(
            abi.encode(
                keccak256(
                    "Voucher(uint256 sale,address buyer,address currency,uint128 price,uint256 nonce,uint64 deadline)"
                ),
                voucher.sale,
                voucher.buyer,
                voucher.currency,
                voucher.price,
                voucher.nonce,
                voucher.deadline
            )
        );
        vm.assertEq(tickets.voucherHash(voucher), keccak256(abi.encodePacked(hex"1901", domain, struct_)));
    }

    function test_A_voucher_is_redeemed_once() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes memory signature = signed(voucher);
        _redeem(voucher, signature);
        _refused(voucher, signature, abi.encodeWithSelector(Vouchers.NonceUsed.selector, broadcaster, 5));
        // Another voucher of the same nonce neither.
        voucher.price = 1;
        _refused(voucher, signed(voucher), abi.encodeWithSelector(Vouchers.NonceUsed.selector, broadcaster, 5));
    }

    function test_The_other_form_of_a_signature_is_no_second_voucher() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(BROADCASTER_KEY, tickets.voucherHash(voucher));
        bytes32 mirrored =
            bytes32(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141 - uint256(s));
        bytes memory other = abi.encodePacked(r, mirrored, v == 27 ? uint8(28) : uint8(27));
        _refused(voucher, other, abi.encodeWithSelector(Vouchers.SignatureRefused.selector, broadcaster));
    }

    function test_Not_one_field_of_a_voucher_can_be_changed() public {
        Terms memory another = terms();
        uint256 second_ = sell(another);
        bytes memory signature = signed(voucherFor(_sale, alice, 5));
        for (uint256 i = 0; i < 5; ++i) {
            Voucher memory changed = voucherFor(_sale, alice, 5);
            if (i == 0) changed.sale = second_;
            if (i == 1) changed.buyer = bob;
            if (i == 2) changed.price = 1;
            if (i == 3) changed.nonce = 6;
            if (i == 4) changed.deadline += 1;
            _refused(changed, signature, abi.encodeWithSelector(Vouchers.SignatureRefused.selector, broadcaster));
        }
    }

    function test_A_voucher_names_the_sale_s_currency() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        voucher.currency = address(0xc0);
        _refused(voucher, signed(voucher), abi.encodeWithSelector(Vouchers.CurrencyDiffers.selector, address(0xc0)));
    }

    function test_A_voucher_for_another_chain_or_contract_is_void() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes memory signature = signed(voucher);
        bytes memory refused = abi.encodeWithSelector(Vouchers.SignatureRefused.selector, broadcaster);
        vm.chainId(block.chainid + 1);
        _refused(voucher, signature, refused);
        vm.chainId(block.chainid - 1);
        Tickets twin = new Tickets(ownership, anchor);
        vm.prank(broadcaster);
        twin.createSale(terms(), payees());
        vm.prank(relayer);
        vm.expectRevert(refused);
        twin.redeem{value: PRICE}(voucher, signature);
        _redeem(voucher, signature);
    }

    function test_A_voucher_of_somebody_else_is_void() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes memory forged = signedBy(0xbad, tickets.voucherHash(voucher));
        bytes memory refused = abi.encodeWithSelector(Vouchers.SignatureRefused.selector, broadcaster);
        _refused(voucher, forged, refused);
        _refused(voucher, "", refused);
        _refused(voucher, new bytes(65), refused);
        _refused(voucher, new bytes(64), refused);
    }

    function test_A_voucher_ends_with_its_deadline_and_with_the_sale() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        voucher.deadline = NOW + 50;
        vm.warp(NOW + 50);
        _redeem(voucher, signed(voucher));
        voucher.nonce = 6;
        vm.warp(NOW + 51);
        _refused(voucher, signed(voucher), abi.encodeWithSelector(Vouchers.VoucherExpired.selector, NOW + 50));
        start(_sale);
        voucher = voucherFor(_sale, alice, 7);
        vm.warp(ENDS + 1);
        _refused(voucher, signed(voucher), abi.encodeWithSelector(Sales.SaleClosed.selector, _sale));
    }

    function test_Vouchers_count_to_the_supply() public {
        Terms memory few = terms();
        few.supply = 1;
        uint256 sale = sell(few);
        Voucher memory voucher = voucherFor(sale, alice, 5);
        _redeem(voucher, signed(voucher));
        voucher.nonce = 6;
        _refused(voucher, signed(voucher), abi.encodeWithSelector(Sales.SoldOut.selector, sale));
    }

    function test_A_voucher_that_could_not_be_paid_is_not_used_up() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes memory signature = signed(voucher);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongValue.selector, PRICE, 0));
        tickets.redeem(voucher, signature);
        vm.assertFalse(tickets.nonceUsed(broadcaster, 5));
        _redeem(voucher, signature);
    }

    function test_A_voucher_needs_a_buyer_and_a_sale_that_sells() public {
        Voucher memory voucher = voucherFor(_sale, address(0), 5);
        _refused(
            voucher, signed(voucher), abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0))
        );
        voucher = voucherFor(99, alice, 5);
        _refused(voucher, signed(voucher), abi.encodeWithSelector(Sales.SaleUnknown.selector, 99));
        vm.prank(broadcaster);
        tickets.cancel(_sale);
        voucher = voucherFor(_sale, alice, 5);
        _refused(
            voucher, signed(voucher), abi.encodeWithSelector(Sales.SaleIs.selector, _sale, SaleState.Refunding)
        );
    }

    function test_A_signer_voids_its_own_vouchers_by_nonce() public {
        Voucher memory voucher = voucherFor(_sale, alice, 256 * 3 + 7);
        bytes memory signature = signed(voucher);
        // A stranger's word is about the stranger's nonces.
        vm.prank(alice);
        tickets.cancelNonces(3, type(uint256).max);
        vm.assertFalse(tickets.nonceUsed(broadcaster, 256 * 3 + 7));
        vm.prank(broadcaster);
        vm.expectEmit();
        emit Vouchers.NoncesCancelled(broadcaster, 3, 1 << 7);
        tickets.cancelNonces(3, 1 << 7);
        _refused(voucher, signature, abi.encodeWithSelector(Vouchers.NonceUsed.selector, broadcaster, 256 * 3 + 7));
        vm.prank(broadcaster);
        tickets.cancelNonces(3, 1);
        vm.assertTrue(tickets.nonceUsed(broadcaster, 256 * 3 + 7));
    }

    function test_What_a_former_owner_signed_is_void() public {
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes memory signature = signed(voucher);
        vm.prank(broadcaster);
        ownership.transferFrom(broadcaster, bob, uint256(uint128(BROADCAST)));
        _refused(voucher, signature, abi.encodeWithSelector(Vouchers.SignatureRefused.selector, bob));
    }

    function test_A_wallet_that_is_a_contract_signs_by_ERC_1271() public {
        ContractWallet wallet = _walletOwns();
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        wallet.approve(tickets.voucherHash(voucher));
        _redeem(voucher, "whatever it understands");
        voucher.nonce = 6;
        _refused(voucher, "", abi.encodeWithSelector(Vouchers.SignatureRefused.selector, wallet));
    }

    function test_A_wallet_that_answers_anything_but_the_magic_word_has_not_signed() public {
        ContractWallet wallet = _walletOwns();
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        bytes memory refused = abi.encodeWithSelector(Vouchers.SignatureRefused.selector, wallet);
        for (uint8 i = uint8(ContractWallet.Manner.Nothing); i <= uint8(ContractWallet.Manner.Reverts); ++i) {
            wallet.behave(ContractWallet.Manner(i));
            _refused(voucher, "", refused);
        }
        // A key's signature is nothing to a contract, whoever it was before.
        _refused(voucher, signed(voucher), refused);
    }

    function test_A_wallet_that_says_yes_to_everything_still_uses_a_nonce_once() public {
        ContractWallet wallet = _walletOwns();
        wallet.behave(ContractWallet.Manner.Everything);
        Voucher memory voucher = voucherFor(_sale, alice, 5);
        _redeem(voucher, "");
        _refused(voucher, "", abi.encodeWithSelector(Vouchers.NonceUsed.selector, wallet, 5));
    }

    function test_A_currency_that_redeems_the_same_voucher_while_it_pays_is_refused() public {
        HostileCurrency currency = new HostileCurrency();
        Terms memory inCurrency = terms();
        inCurrency.currency = address(currency);
        uint256 sale = sell(inCurrency);
        Voucher memory voucher = voucherFor(sale, alice, 5);
        voucher.currency = address(currency);
        bytes memory signature = signed(voucher);
        currency.give(relayer, PRICE);
        currency.attack(address(tickets), abi.encodeCall(tickets.redeem, (voucher, signature)));
        vm.startPrank(relayer);
        currency.approve(address(tickets), PRICE);
        tickets.redeem(voucher, signature);
        vm.assertFalse(currency.callSucceeded());
        vm.assertEq(tickets.balanceOf(alice), 1);
    }

    function testFuzz_Each_nonce_has_a_bit_of_its_own(uint256 used, uint256 other) public {
        vm.assume(used != other);
        Voucher memory voucher = voucherFor(_sale, alice, used);
        _redeem(voucher, signed(voucher));
        vm.assertTrue(tickets.nonceUsed(broadcaster, used));
        vm.assertFalse(tickets.nonceUsed(broadcaster, other));
    }

    function _walletOwns() private returns (ContractWallet wallet) {
        wallet = new ContractWallet();
        vm.prank(broadcaster);
        ownership.transferFrom(broadcaster, address(wallet), uint256(uint128(BROADCAST)));
    }

    function _redeem(Voucher memory voucher, bytes memory signature) private {
        vm.prank(relayer);
        tickets.redeem{value: voucher.price}(voucher, signature);
    }

    function _refused(Voucher memory voucher, bytes memory signature, bytes memory reason) private {
        vm.prank(relayer);
        vm.expectRevert(reason);
        tickets.redeem{value: voucher.price}(voucher, signature);
    }
}

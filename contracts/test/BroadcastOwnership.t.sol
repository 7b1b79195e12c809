// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {BroadcastOwnership} from "../src/BroadcastOwnership.sol";
import {Test} from "./support/Test.sol";

contract BroadcastOwnershipTest is Test {
    bytes16 private constant BROADCAST = 0x0199a0b1c2d3e4f5061728394a5b6c7d;
    uint256 private constant TOKEN = 0x0199a0b1c2d3e4f5061728394a5b6c7d;
    bytes32 private constant KEY_A = keccak256("identity of a");
    bytes32 private constant KEY_B = keccak256("identity of b");
    address private _registrar = account("registrar");
    address private _a = account("a");
    address private _b = account("b");
    BroadcastOwnership private _ownership;

    function setUp() public {
        _ownership = new BroadcastOwnership(_registrar);
    }

    function test_A_registered_broadcast_has_its_token_identity_and_controller() public {
        vm.expectEmit();
        emit BroadcastOwnership.BroadcastRegistered(TOKEN, KEY_A, _a);
        _register();
        (bytes16 broadcast, bytes32 identity, bytes32 root, address controller) = _ownership.facts(TOKEN);
        vm.assertEq(bytes32(broadcast), bytes32(BROADCAST));
        vm.assertEq(identity, KEY_A);
        vm.assertEq(root, 0);
        vm.assertEq(controller, _a);
        vm.assertEq(_ownership.ownerOf(TOKEN), _a);
    }

    function test_The_registrar_alone_registers_and_seals() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        _ownership.register(BROADCAST, KEY_A, _a, address(0), 0);
        _register();
        vm.prank(_a);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, _a));
        _ownership.seal(TOKEN, "root");
    }

    function test_A_broadcast_is_registered_once() public {
        _register();
        vm.prank(_registrar);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.AlreadyRegistered.selector, TOKEN));
        _ownership.register(BROADCAST, KEY_B, _b, address(0), 0);
    }

    function test_A_broadcast_needs_an_identity_and_an_owner() public {
        vm.startPrank(_registrar);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.IdentityRefused.selector, bytes32(0)));
        _ownership.register(BROADCAST, 0, _a, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        _ownership.register(BROADCAST, KEY_A, address(0), address(0), 0);
    }

    function test_A_royalty_is_a_quarter_at_most_and_is_told() public {
        vm.startPrank(_registrar);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.RoyaltyTooHigh.selector, uint96(2_501)));
        _ownership.register(BROADCAST, KEY_A, _a, _b, 2_501);
        vm.expectPartialRevert(ERC2981.ERC2981InvalidTokenRoyaltyReceiver.selector);
        _ownership.register(BROADCAST, KEY_A, _a, address(0), 1);
        _ownership.register(BROADCAST, KEY_A, _a, _b, 2_500);
        (address receiver, uint256 amount) = _ownership.royaltyInfo(TOKEN, 1_000);
        vm.assertEq(receiver, _b);
        vm.assertEq(amount, 250);
    }

    function test_A_broadcast_without_royalty_has_no_receiver() public {
        _register();
        (address receiver, uint256 amount) = _ownership.royaltyInfo(TOKEN, 1_000);
        vm.assertEq(receiver, address(0));
        vm.assertEq(amount, 0);
    }

    function test_A_broadcast_is_sealed_once_and_with_a_root() public {
        _register();
        vm.startPrank(_registrar);
        vm.expectRevert(BroadcastOwnership.RootIsZero.selector);
        _ownership.seal(TOKEN, 0);
        vm.expectEmit();
        emit BroadcastOwnership.ContentSealed(TOKEN, "root");
        _ownership.seal(TOKEN, "root");
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.AlreadySealed.selector, TOKEN));
        _ownership.seal(TOKEN, "another");
        (,, bytes32 root,) = _ownership.facts(TOKEN);
        vm.assertEq(root, "root");
    }

    function test_What_was_never_registered_has_no_facts_and_no_seal() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, TOKEN));
        _ownership.facts(TOKEN);
        vm.prank(_registrar);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, TOKEN));
        _ownership.seal(TOKEN, "root");
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, TOKEN));
        _ownership.acceptHandOver(TOKEN, KEY_B);
    }

    function test_A_new_owner_controls_after_its_hand_over_alone() public {
        _register();
        _move(_a, _b);
        vm.assertEq(_controller(), _a);
        vm.prank(_b);
        vm.expectEmit();
        emit BroadcastOwnership.HandOverAccepted(TOKEN, _b, KEY_B);
        _ownership.acceptHandOver(TOKEN, KEY_B);
        vm.assertEq(_controller(), _b);
        (, bytes32 identity,,) = _ownership.facts(TOKEN);
        vm.assertEq(identity, KEY_B);
    }

    function test_Nobody_but_the_owner_accepts() public {
        _register();
        _move(_a, _b);
        vm.prank(_a);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.NotTheOwner.selector, TOKEN, _a));
        _ownership.acceptHandOver(TOKEN, KEY_B);
    }

    function test_A_hand_over_names_another_identity() public {
        _register();
        _move(_a, _b);
        vm.startPrank(_b);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.IdentityRefused.selector, bytes32(0)));
        _ownership.acceptHandOver(TOKEN, 0);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.IdentityRefused.selector, KEY_A));
        _ownership.acceptHandOver(TOKEN, KEY_A);
    }

    function test_Without_a_transfer_or_twice_there_is_nothing_to_accept() public {
        _register();
        vm.prank(_a);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.NothingToAccept.selector, TOKEN));
        _ownership.acceptHandOver(TOKEN, KEY_B);
        _move(_a, _b);
        vm.startPrank(_b);
        _ownership.acceptHandOver(TOKEN, KEY_B);
        vm.expectRevert(abi.encodeWithSelector(BroadcastOwnership.NothingToAccept.selector, TOKEN));
        _ownership.acceptHandOver(TOKEN, keccak256("a third"));
    }

    function test_A_broadcast_can_be_handed_back() public {
        _register();
        _move(_a, _b);
        vm.prank(_b);
        _ownership.acceptHandOver(TOKEN, KEY_B);
        _move(_b, _a);
        vm.assertEq(_controller(), _b);
        vm.prank(_a);
        _ownership.acceptHandOver(TOKEN, KEY_A);
        vm.assertEq(_controller(), _a);
    }

    function test_Away_and_back_without_acceptance_leaves_everything_as_it_was() public {
        _register();
        _move(_a, _b);
        _move(_b, _a);
        (, bytes32 identity,, address controller) = _ownership.facts(TOKEN);
        vm.assertEq(identity, KEY_A);
        vm.assertEq(controller, _a);
    }

    function test_It_says_which_standards_it_keeps() public view {
        // ERC-165, ERC-721, its metadata, ERC-2981.
        vm.assertTrue(_ownership.supportsInterface(0x01ffc9a7));
        vm.assertTrue(_ownership.supportsInterface(0x80ac58cd));
        vm.assertTrue(_ownership.supportsInterface(0x5b5e139f));
        vm.assertTrue(_ownership.supportsInterface(0x2a55205a));
        vm.assertFalse(_ownership.supportsInterface(0xffffffff));
    }

    function test_The_registrar_changes_in_two_steps() public {
        vm.prank(_registrar);
        _ownership.transferOwnership(_b);
        vm.assertEq(_ownership.owner(), _registrar);
        vm.prank(_b);
        _ownership.acceptOwnership();
        vm.assertEq(_ownership.owner(), _b);
    }

    function testFuzz_Each_broadcast_has_the_token_of_its_own_number(bytes16 broadcast) public {
        vm.prank(_registrar);
        _ownership.register(broadcast, KEY_A, _a, address(0), 0);
        (bytes16 read,,,) = _ownership.facts(uint256(uint128(broadcast)));
        vm.assertEq(bytes32(read), bytes32(broadcast));
    }

    function _register() private {
        vm.prank(_registrar);
        _ownership.register(BROADCAST, KEY_A, _a, address(0), 0);
    }

    function _move(address from, address to) private {
        vm.prank(from);
        _ownership.transferFrom(from, to, TOKEN);
    }

    function _controller() private view returns (address controller) {
        (,,, controller) = _ownership.facts(TOKEN);
    }
}
